#include "cli/train_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/announcement.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/result_text.h"
#include "cli/signals.h"
#include "cli/train_settings.h"
#include "cli/training.h"
#include "core/error.h"
#include "core/threads.h"
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

void check_outputs(const TrainSettings& settings) {
  if (settings.save) {
    check_writable("save", *settings.save);
  }
  if (settings.metrics && *settings.metrics != "-") {
    check_writable("metrics", *settings.metrics);
  }
  if (settings.run_dir) {
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

Outcome stopped(const TrainSettings& settings, int signal) {
  if (!settings.quiet) {
    print_notes(fmt::format("stopped by {}{}\n", signal == SIGTERM ? "SIGTERM" : "SIGINT",
                            saves(settings) ? "" : "; without --save or --run-dir the model is not kept"));
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

Outcome train(const TrainSettings& settings) {
  const StopSignals signals;
  warn_of_many_threads(settings);
  check_outputs(settings);
  const DataSource source = load_data(settings);
  Trainer trainer = make_trainer(settings, source);
  std::optional<RunRecord> record;
  if (settings.run_dir) {
    record.emplace(*settings.run_dir, settings);
  }
  const Listeners listeners(settings, record ? &record->log() : nullptr);

  RunResult result;
  try {
    result = trainer.run(listeners.all(), [&] { return signals.received() != 0; });
    print_result(settings, result);
  } catch (const Error&) {  // a reader of ours that has gone must not cost the model
    save_if_finite(settings, record ? &*record : nullptr, trainer, source);
    throw;
  }
  if (record && ended_by_chance(settings, result)) {
    record->set_steps(result.steps);
  }
  save_if_finite(settings, record ? &*record : nullptr, trainer, source);
  if (record) {
    write_report({{record->folder().path()}}, record->folder().report(), &source, settings.config.threads);
  }
  switch (result.status) {
    case RunStatus::diverged:
      print_error(divergence_text(result, settings.config, saves(settings) && !has_finite_weights(trainer)));
      return Outcome::diverged;
    case RunStatus::interrupted:
      return stopped(settings, signals.received());
    case RunStatus::completed:
      break;
  }
  return Outcome::done;
}

}  // namespace

Outcome run_train(const std::vector<std::string>& words) {
  const Command command = train_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  const TrainSettings settings = naming_file(arguments, train_settings);
  kernels::set_instruction_set(settings.instruction_set);
  if (settings.config.precision == kernels::Precision::bf16) {
    kernels::onednn::require_bf16(kernels::onednn::bf16_features());  // before anything is read or written
  }
  return train(settings);
}

}  // namespace strata::cli
