#include "cli/train_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/announcement.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/progress_line.h"
#include "cli/repeat_command.h"
#include "cli/result_text.h"
#include "cli/resume.h"
#include "cli/signals.h"
#include "cli/train_settings.h"
#include "cli/training.h"
#include "core/error.h"
#include "core/threads.h"
#include "data/data_hash.h"
#include "io/checkpoint_folder.h"
#include "io/tensorboard_log.h"
#include "kernels/onednn/bf16_support.h"
#include "report/report.h"

namespace strata::cli {

namespace {

void warn_of_many_threads(const TrainSettings& settings) {
  const int available = available_threads();
  if (settings.config.threads > available && !settings.quiet) {
    print_warning(fmt::format("--threads {} is more than the {} that affinity and the cgroup quota allow",
                              settings.config.threads, available));
  }
}

bool saves(const TrainSettings& settings) { return settings.save || settings.run_dir; }

/// `resumed`: the run folder is there.
void check_outputs(const TrainSettings& settings, bool resumed) {
  if (settings.save) {
    check_writable("save", *settings.save);
  }
  if (settings.metrics && *settings.metrics != "-") {
    check_writable("metrics", *settings.metrics);
  }
  if (settings.run_dir && !resumed) {
    RunFolder::check_free(*settings.run_dir);
  }
}

/// Those who listen to a run, as the settings ask for them.
class Listeners {
 public:
  /// `log` (which may be null) listens too.
  Listeners(const TrainSettings& settings, Observer* log) {
    if (log != nullptr) {
      pointers_.push_back(log);
    }
    if (settings.tensorboard) {
      add(std::make_unique<TensorBoardLog>(*settings.run_dir, config_json(settings)));
    }
    if (settings.metrics) {
      add(std::make_unique<RunLog>(*settings.metrics, config_json(settings)));
    }
    if (!settings.quiet) {
      add(std::make_unique<Announcer>(settings));
    }
    if (settings.progress != ProgressStyle::none) {
      add(std::make_unique<Progress>(settings.progress));
    }
  }
  std::span<Observer* const> all() const { return pointers_; }

 private:
  void add(std::unique_ptr<Observer> observer) {
    owned_.push_back(std::move(observer));
    pointers_.push_back(owned_.back().get());
  }

  std::vector<std::unique_ptr<Observer>> owned_;
  std::vector<Observer*> pointers_;
};

/// Wherever the settings want the model, unless it has diverged.
void save_if_finite(const TrainSettings& settings, const RunRecord* record, const Trainer& trainer,
                    const DataSource& source) {
  if (!has_finite_weights(trainer)) {
    return;
  }
  std::vector<std::filesystem::path> paths;
  if (record != nullptr) {
    paths.push_back(record->folder().model());
  }
  if (settings.save) {
    paths.push_back(*settings.save);
  }
  for (const std::filesystem::path& path : paths) {
    save_model(path, settings, trainer, source);
    if (!settings.quiet) {
      print_notes(fmt::format("saved {}\n", path.string()));
    }
  }
}

/// Saves what there is, on the way out with an error that must be told, and not another one.
void rescue(const TrainSettings& settings, const RunRecord* record, const Trainer& trainer, const DataSource& source) {
  try {
    save_if_finite(settings, record, trainer, source);
  } catch (const std::exception&) {  // as the first error has it
  }
}

/// To stdout, unless the metrics stream there, which end with the result themselves.
void print_result(const TrainSettings& settings, const RunResult& result) {
  if (settings.json) {
    write_stdout(fmt::format("{}\n", result_json(result)));
  } else if (settings.metrics != "-") {
    write_stdout(result_text(result));
  } else if (!settings.quiet) {
    print_notes(result_text(result));
  }
}

/// What has become of a run that a signal has stopped.
std::string kept_text(const TrainSettings& settings) {
  if (settings.run_dir) {
    return fmt::format("; go on with: {}", train_command_line({"--resume", settings.run_dir->string()}));
  }
  return settings.save ? "" : "; without --save or --run-dir the model is not kept";
}

Outcome stopped(const TrainSettings& settings, const RunResult& result, int signal) {
  if (!settings.quiet) {
    print_notes(fmt::format("stopped by {}{}\n", signal == SIGTERM ? "SIGTERM" : "SIGINT",
                            result.status == RunStatus::interrupted ? kept_text(settings) : "; the run is complete"));
  }
  return signal == SIGTERM ? Outcome::terminated : Outcome::interrupted;
}

/// Whether a clock or a signal chose the last step, and the same number of steps gives the same weights again.
bool ended_by_chance(const TrainSettings& settings, const RunResult& result) {
  const bool follows_length = std::ranges::any_of(
      settings.config.groups, [](const ParameterGroup& group) { return needs_horizon(group.optimizer.schedule); });
  // Nor does the last, unfinished epoch of an interrupted run take part in the choice of the best one.
  const bool depends_on_end = follows_length || settings.config.restore_best;
  return result.status == RunStatus::interrupted ? !depends_on_end : settings.config.max_seconds.has_value();
}

/// The record of the run in its folder, if it has one.
std::unique_ptr<RunRecord> make_record(const TrainSettings& settings, ResumedRun* resumed) {
  if (resumed != nullptr) {
    return std::make_unique<RunRecord>(std::move(resumed->folder), settings,
                                       resumed->checkpoint.content().metrics_bytes);
  }
  return settings.run_dir ? std::make_unique<RunRecord>(*settings.run_dir, settings) : nullptr;
}

/// What keeps the run in its folder.
Checkpointer make_checkpointer(const TrainSettings& settings, RunRecord& record, const Trainer& trainer,
                               const DataSource& source) {
  return {CheckpointFolder(record.folder().checkpoints()), settings.checkpoints,
          RunIdentity{.words = settings.lasting_words,
                      .config = config_json(settings),
                      .engine = trainer.engine_name(),
                      .data_hash = data_hash(source)},
          trainer, record.log()};
}

void announce_resumed(const TrainSettings& settings, const Trainer& trainer) {
  if (!settings.quiet) {
    const std::string where =
        fmt::format("{} after step {}", settings.run_dir->string(), grouped_digits(trainer.state().global_step));
    print_notes(trainer.has_steps_left() ? fmt::format("resume  {}\n", where)
                                         : fmt::format("resume  {}: the run is complete\n", where));
  }
}

/// `resumed`: the run to go on with, whose settings these are; or null.
Outcome train(const TrainSettings& settings, ResumedRun* resumed) {
  warn_of_many_threads(settings);
  check_outputs(settings, resumed != nullptr);
  const DataSource source = load_data(settings);
  Trainer trainer = resumed != nullptr ? make_resumed_trainer(*resumed, source) : make_trainer(settings, source);
  const StopSignals signals;  // there is nothing to keep before
  const std::unique_ptr<RunRecord> record = make_record(settings, resumed);
  std::optional<Checkpointer> checkpointer;
  if (record) {
    checkpointer.emplace(make_checkpointer(settings, *record, trainer, source));
    trainer.set_checkpoints([&](RunMoment moment) { checkpointer->keep(moment); });
  }
  if (resumed != nullptr) {
    announce_resumed(settings, trainer);
  }
  const Listeners listeners(settings, record ? &record->log() : nullptr);

  RunResult result;
  try {
    result = trainer.run(listeners.all(), [&] { return signals.received() != 0; });
    print_result(settings, result);
  } catch (...) {  // a reader of ours that has gone must not cost the model
    rescue(settings, record.get(), trainer, source);
    throw;
  }
  if (record && ended_by_chance(settings, result)) {
    record->set_steps(result.steps);
  }
  save_if_finite(settings, record.get(), trainer, source);
  signals.end_at_once();  // all is kept
  if (record) {
    write_report({{record->folder().path()}}, record->folder().report(), &source, settings.config.threads);
  }
  if (result.status == RunStatus::diverged) {
    print_error(
        divergence_text(result.divergence.value(), settings.config, saves(settings) && !has_finite_weights(trainer)));
    return Outcome::diverged;
  }
  return signals.received() == 0 ? Outcome::done : stopped(settings, result, signals.received());
}

}  // namespace

Outcome run_train(const std::vector<std::string>& words) {
  const Command command = train_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  std::optional<ResumedRun> resumed;
  if (arguments.given("resume")) {
    resumed.emplace(naming_file(arguments, open_resumed_run));
  }
  const TrainSettings settings =
      resumed ? resumed->settings : naming_file(arguments, [](const Arguments& all) { return train_settings(all); });
  kernels::set_instruction_set(settings.instruction_set);
  if (settings.config.precision == kernels::Precision::bf16) {
    kernels::onednn::require_bf16(kernels::onednn::bf16_features());  // before anything is read or written
  }
  return train(settings, resumed ? &*resumed : nullptr);
}

}  // namespace strata::cli
