#include "run/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "core/threads.h"
#include "data/data_source.h"
#include "diagnose/diagnose.h"
#include "dist/together.h"
#include "io/schema_json.h"
#include "io/tensorboard_log.h"
#include "report/folder_json.h"
#include "report/json_files.h"
#include "report/report.h"
#include "run/ranks.h"
#include "run/start.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

void warn_of_many_threads(const RunSettings& settings, Face& face) {
  const int available = available_threads();
  if (settings.config.threads > available) {
    face.warn(fmt::format("‹threads› {} is more than the {} that affinity and the cgroup quota allow",
                          settings.config.threads, available));
  }
}

/// Whether a clock or a request chose the last step, and the same number of steps gives the same weights again.
bool ended_by_chance(const RunSettings& settings, const RunResult& result) {
  const bool follows_length = std::ranges::any_of(
      settings.config.groups, [](const ParameterGroup& group) { return needs_horizon(group.optimizer.schedule); });
  // Nor does the last, unfinished epoch of an interrupted run take part in the choice of the best one.
  const bool depends_on_end = follows_length || settings.config.restore_best;
  return result.status == RunStatus::interrupted ? !depends_on_end : settings.config.max_seconds.has_value();
}

/// The record of the run in its folder, if it has one.
std::unique_ptr<RunRecord> make_record(const RunSettings& settings, const Face& face, ResumedRun* resumed) {
  if (resumed != nullptr) {
    return std::make_unique<RunRecord>(std::move(resumed->folder), settings, face,
                                       resumed->checkpoint.content().metrics_bytes);
  }
  return settings.run_dir ? std::make_unique<RunRecord>(*settings.run_dir, settings, face) : nullptr;
}

/// What keeps the run in its folder.
Checkpointer make_checkpointer(const RunSettings& settings, RunRecord& record, const Trainer& trainer,
                               const DataSource& source) {
  return {CheckpointFolder(record.folder().checkpoints()), settings.checkpoints,
          RunIdentity{.options = asked_with_stored_paths(settings.asked),
                      .config = stored_config(settings),
                      .engine = trainer.engine_name(),
                      .data_hash = data_hash(source)},
          trainer, record.log()};
}

}  // namespace

void require_cpu(const TrainConfig& config) {
  kernels::require_instruction_set(config.instruction_set);
  if (config.precision == kernels::Precision::bf16) {
    require_bf16();
  }
}

void share_among(Communicator& ranks, RunSettings& settings) {
  if (ranks.world_size() == 1) {
    return;
  }
  settings.config.ranks = &ranks;
  if (ranks.rank() != 0) {
    settings.save.reset();
    settings.run_dir.reset();
    settings.metrics.reset();
    settings.tensorboard = false;
  }
}

Training::Training(const RunSettings& settings, ResumedRun* resumed, Communicator& ranks, Face& face,
                   ControlDesk* control)
    : settings_(settings), resumed_(resumed != nullptr), ranks_(ranks), face_(face) {
  together(ranks_, [&] { warn_of_many_threads(settings_, face_); });
  source_.emplace(resumed != nullptr ? load_resumed_data(*resumed, settings_, ranks_)
                                     : shared_run_data(settings_, ranks_));
  together(ranks_, [&] {
    if (settings_.save || settings_.run_dir) {
      check_names_can_be_kept(*source_);
    }
  });
  together(ranks_, [&] {
    trainer_.emplace(resumed != nullptr ? make_resumed_trainer(*resumed, settings_, *source_, face_)
                                        : make_trainer(settings_, *source_));
  });
  if (ranks_.world_size() > 1) {
    check_alike(ranks_, identity_of(config_json(settings_), *source_, weights_hash(trainer_->parameters())));
  }
  together(ranks_, [&] { record(resumed); });
  if (control != nullptr && record_) {
    control_.emplace(*control, settings_, *trainer_, *record_, *checkpointer_, face_);
  }
}

FinishedRun Training::run(std::span<Observer* const> observers) {
  FinishedRun finished{.result = train(observers), .stop = 0, .finite_weights = true};
  if (record_ && ended_by_chance(settings_, finished.result)) {
    record_->set_steps(finished.result.steps);
  }
  if (control_) {
    finished.controlled_stop = control_->stopped();
    control_.reset();
  }
  save_if_finite();
  face_.all_is_kept();
  if (record_) {
    WrittenReport report =
        write_report({{record_->folder().path()}}, record_->folder().report(), &*source_, settings_.config.threads);
    face_.reported(record_->folder().report());
    face_.diagnosed(record_->folder().path(), report.diagnosis);
    finished.page = std::move(report.folder);
  } else if (observed_) {
    face_.diagnosed({}, to_json(diagnose(observed_->facts())));
  }
  finished.finite_weights = has_finite_weights(*trainer_);
  if (finished.result.status != RunStatus::diverged) {
    finished.stop = largest_of(ranks_, face_.stop_requested());
  }
  return finished;
}

ModelFile Training::model() const {
  return model_of(settings_, *trainer_, *source_, trainer_->parameters(), trainer_->steps_of_parameters());
}

std::optional<std::filesystem::path> Training::earlier_metrics() const {
  return resumed_ && record_ ? std::optional(record_->folder().metrics()) : std::nullopt;
}

nlohmann::ordered_json Training::judged(nlohmann::ordered_json json) const {
  const ModelFile trained = model();
  judge_run(json, observed_->facts(), has_finite_weights(*trainer_) ? &trained : nullptr, *source_,
            settings_.config.threads);
  return json;
}

void Training::record(ResumedRun* resumed) {
  face_.begin_to_keep();
  if (speaks()) {
    record_ = make_record(settings_, face_, resumed);
  }
  if (record_) {
    checkpointer_.emplace(make_checkpointer(settings_, *record_, *trainer_, *source_));
    trainer_->set_checkpoints([&](RunMoment moment) { checkpointer_->keep(moment); });
    logs_.push_back(&record_->log());
    if (settings_.diagnose) {
      record_->log().keep_unit_statistics();
    }
  }
  if (resumed != nullptr && speaks()) {
    face_.resumed(settings_, *trainer_);
  }
  if (settings_.tensorboard) {
    add(std::make_unique<TensorBoardLog>(*settings_.run_dir, stored_config(settings_)));
  }
  if (speaks() && !record_) {
    observed_ = std::make_unique<ObservedFacts>(config_json(settings_));
    logs_.push_back(observed_.get());
  }
  if (settings_.metrics) {
    auto log = std::make_unique<RunLog>(*settings_.metrics, stored_config(settings_));
    if (settings_.diagnose) {
      log->keep_unit_statistics();
    }
    add(std::move(log));
  }
}

void Training::add(std::unique_ptr<Observer> observer) {
  owned_.push_back(std::move(observer));
  logs_.push_back(owned_.back().get());
}

RunResult Training::train(std::span<Observer* const> observers) {
  std::vector<Observer*> all = logs_;
  all.insert(all.end(), observers.begin(), observers.end());
  const auto stop = [&] { return face_.stop_requested() != 0; };
  try {
    if (!control_) {
      return trainer_->run(all, stop);
    }
    trainer_->begin(all, stop);
    while (trainer_->advance(1) && control_->attend()) {
    }
    return trainer_->finish();
  } catch (...) {  // a reader of ours that has gone must not cost the model
    rescue();
    throw;
  }
}

void Training::save_if_finite() const {
  if (!has_finite_weights(*trainer_)) {
    return;
  }
  std::vector<std::filesystem::path> paths;
  if (record_) {
    paths.push_back(record_->folder().model());
  }
  if (settings_.save) {
    paths.push_back(*settings_.save);
  }
  for (const std::filesystem::path& path : paths) {
    save_model(path, settings_, *trainer_, *source_);
    face_.saved(path);
  }
}

void Training::rescue() const {
  try {
    save_if_finite();
  } catch (const std::exception&) {  // as the first error has it
  }
}

std::string recorded_hash(const std::filesystem::path& folder) {
  std::string hash;
  const auto take_text = [](std::string_view line) { return line.starts_with(R"({"type":"step")"); };
  read_json_lines(
      folder / "metrics.jsonl",
      [&](const nlohmann::ordered_json& line) {
        if (line.at("type") == "result") {
          hash = line.at("weights_hash").get<std::string>();
        }
      },
      take_text);
  return hash;
}

RunResult repeat_run(const RunSettings& settings, std::span<Observer* const> observers) {
  const DataSource source = run_data(settings);
  Trainer trainer = make_trainer(settings, source);
  return trainer.run(observers, [] { return false; });
}

}  // namespace strata
