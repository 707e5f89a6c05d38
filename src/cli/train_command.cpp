#include "cli/train_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <functional>
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
#include "cli/version.h"
#include "core/error.h"
#include "core/threads.h"
#include "data/load.h"
#include "io/model_file.h"
#include "io/run_log.h"
#include "train/trainer.h"

namespace strata::cli {

namespace {

void warn_of_many_threads(const TrainSettings& settings) {
  const int available = available_threads();
  if (settings.config.threads > available && !settings.quiet) {
    print_warning(fmt::format("--threads {} is more than the {} that affinity and the cgroup quota allow",
                              settings.config.threads, available));
  }
}

void check_outputs(const TrainSettings& settings) {
  if (settings.save) {
    check_writable("save", *settings.save);
  }
  if (settings.metrics && *settings.metrics != "-") {
    check_writable("metrics", *settings.metrics);
  }
}

DataSource load(const TrainSettings& settings) {
  std::error_code ignored;
  if (!settings.data_given && !std::filesystem::exists(settings.data, ignored)) {
    throw data_error("{}: not found; install the Debian package dataset-fashion-mnist, or give --data PATH",
                     settings.data.string());
  }
  return load_idx_folder(settings.data, settings.config.threads);
}

std::optional<Parameters> initial_weights(const TrainSettings& settings, const DataSource& source) {
  if (!settings.initial_weights) {
    return std::nullopt;
  }
  const ModelSpec model{.inputs = source.train.features,
                        .hidden = settings.config.hidden,
                        .classes = source.classes,
                        .activation = settings.config.activation};
  return read_initial_weights(*settings.initial_weights, model);
}

/// Those who listen to a run, as the settings ask for them.
class Listeners {
 public:
  explicit Listeners(const TrainSettings& settings) {
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

/// Saves if asked to, unless the run has diverged.
void save_if_finite(const TrainSettings& settings, const Trainer& trainer, const DataSource& source) {
  const auto finite = [](float weight) { return std::isfinite(weight); };
  if (!settings.save || !std::ranges::all_of(trainer.parameters().values(), finite)) {
    return;
  }
  write_model(*settings.save, {.spec = trainer.model(),
                               .convention = settings.config.convention,
                               .parameters = trainer.parameters(),
                               .scaler = trainer.scaler(),
                               .sample_shape = source.train.sample_shape,
                               .notes = {{"seed", fmt::format("{}", settings.config.seed)}}});
  if (!settings.quiet) {
    print_notes(fmt::format("saved {}\n", settings.save->string()));
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
                            settings.save ? "" : "; without --save the model is not kept"));
  }
  return signal == SIGTERM ? Outcome::terminated : Outcome::interrupted;
}

Outcome train(const TrainSettings& settings) {
  const StopSignals signals;
  warn_of_many_threads(settings);
  check_outputs(settings);
  const DataSource source = load(settings);
  const std::optional<Parameters> initial = initial_weights(settings, source);
  Trainer trainer(settings.config, source, initial ? &*initial : nullptr);
  const Listeners listeners(settings);

  RunResult result;
  try {
    result = trainer.run(listeners.all(), [&] { return signals.received() != 0; });
    print_result(settings, result);
  } catch (const Error&) {  // a reader of ours that has gone must not cost the model
    save_if_finite(settings, trainer, source);
    throw;
  }
  save_if_finite(settings, trainer, source);
  switch (result.status) {
    case RunStatus::diverged:
      print_error(divergence_text(result, settings.config, settings.save.has_value()));
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
  if (arguments.given("help")) {
    write_stdout(command_help(command));
    return Outcome::done;
  }
  if (arguments.given("version")) {
    write_stdout(version_text());
    return Outcome::done;
  }
  const TrainSettings settings = train_settings(arguments);
  kernels::set_instruction_set(settings.instruction_set);
  return train(settings);
}

}  // namespace strata::cli
