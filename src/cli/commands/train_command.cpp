// strata train: from its words to run/training.h's Training, what is shown meanwhile, and what is told at the end.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/train_listeners.h"
#include "cli/options/option_values.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/shell_face.h"
#include "cli/shell/streams.h"
#include "cli/text/help.h"
#include "cli/text/run_text.h"
#include "core/error.h"
#include "dist/node.h"
#include "dist/together.h"
#include "engine/engine.h"
#include "io/input_files.h"
#include "live/run_feed.h"
#include "run/training.h"

namespace strata::cli {

namespace {

bool saves(const TrainSettings& settings) { return settings.save || settings.run_dir; }

/// `resumed`: the run folder is there. --save may replace the model that the run goes on from.
void check_outputs(const TrainSettings& settings, bool resumed) {
  InputFiles inputs = files_read_beside_model(settings);
  if (resumed) {
    inputs.add_run_folder(*settings.run_dir);
  }
  if (settings.save) {
    check_output("save", *settings.save, inputs);
  }
  if (settings.from) {
    inputs.add_model(settings.from_path.value());
  }
  if (settings.metrics && *settings.metrics != "-") {
    check_output("metrics", *settings.metrics, inputs);
  }
  check_stdout(inputs);
  if (settings.run_dir || settings.metrics) {
    static_cast<void>(stored_config(settings));  // whether files can name what is read
  }
  if (settings.run_dir && !resumed) {
    RunFolder::check_free(*settings.run_dir);
  }
}

/// What has become of a run that a signal has stopped.
std::string kept_text(const TrainSettings& settings) {
  if (settings.run_dir) {
    return fmt::format("; go on with: {}", command_line("train", {"--resume", settings.run_dir->string()}));
  }
  return settings.save ? "" : "; without --save or --run-dir the model is not kept";
}

Outcome stopped(const TrainSettings& settings, const FinishedRun& run) {
  if (!settings.quiet) {
    const bool interrupted = run.result.status == RunStatus::interrupted;
    print_notes(fmt::format("stopped by {}{}\n", run.controlled_stop ? "request" : signal_name(run.stop),
                            interrupted ? kept_text(settings) : "; the run is complete"));
  }
  return stopped_by(run.controlled_stop ? SIGINT : run.stop);
}

Outcome outcome(const TrainSettings& settings, const FinishedRun& run, bool speaks) {
  if (run.result.status == RunStatus::diverged) {
    if (speaks) {
      print_error(
          divergence_text(run.result.divergence.value(), settings.config, saves(settings) && !run.finite_weights));
    }
    return Outcome::diverged;
  }
  if (run.stop != 0 || run.controlled_stop) {
    return stopped(settings, run);
  }
  const std::string unmet = unmet_expectation(settings.expected, run.result);
  if (!unmet.empty() && speaks) {
    print_error(unmet);
  }
  return unmet.empty() ? Outcome::done : Outcome::unexpected;
}

/// The words with a fair share of the cores, where several ranks have none by --threads.
std::vector<std::string> with_threads(std::vector<std::string> words, Communicator& ranks) {
  const int threads = ranks.world_size() > 1 ? node_threads(ranks) : 0;
  if (threads > 0 && std::ranges::none_of(words, [](const std::string& word) {
        return word == "--threads" || word.starts_with("--threads=");
      })) {
    words.insert(words.end(), {"--threads", fmt::format("{}", threads)});
  }
  return words;
}

/// What the command line asks for.
struct TrainJob {
  TrainSettings settings;
  std::optional<ResumedRun> resumed;
};

TrainJob train_job(const Arguments& arguments, Communicator& ranks) {
  TrainJob job;
  if (arguments.given("resume")) {
    ShellFace face(arguments.given("quiet"));
    job.resumed.emplace(open_resumed_run(arguments.text("resume"), ranks.rank() == 0, face));
    job.settings = shown_settings(resumed_settings(*job.resumed, arguments), arguments);
  } else {
    job.settings = train_settings(arguments);
  }
  job.settings.live = live_port(arguments, ranks);
  share_among(ranks, job.settings);
  if (ranks.rank() != 0) {
    job.settings.progress = ProgressStyle::none;
    job.settings.quiet = true;
  }
  return job;
}

/// Serves the run's page, and says where; null if none is asked for. `control`: whom the page asks; or null.
std::unique_ptr<LiveRun> live_run(const TrainSettings& settings, const Face& face, ControlDesk* control) {
  if (!settings.live) {
    return nullptr;
  }
  auto live = std::make_unique<LiveRun>(settings, face, *settings.live, control);
  print_live_page(live->address());
  return live;
}

Outcome train(TrainJob& job, Communicator& ranks) {
  const bool speaks = ranks.rank() == 0;
  ShellFace face(job.settings.quiet);
  together(ranks, [&] { check_outputs(job.settings, job.resumed.has_value()); });
  const bool streams = job.settings.json && job.settings.metrics == "-";
  if (streams) {
    job.settings.metrics.reset();  // JsonPrinter writes them
  }
  ControlDesk desk;
  ControlDesk* const control = job.settings.live && job.settings.run_dir ? &desk : nullptr;
  const std::unique_ptr<LiveRun> live = live_run(job.settings, face, control);
  Training training(job.settings, job.resumed ? &*job.resumed : nullptr, ranks, face, control);
  const Listeners listeners(job.settings, training.source(), speaks, streams);
  std::vector<Observer*> observers(listeners.all().begin(), listeners.all().end());
  if (live) {
    observers.push_back(&live->begin(training));
  }
  FinishedRun run = training.run(observers);
  if (live) {
    live->finish(training, run);
  }
  return outcome(job.settings, run, speaks);
}

}  // namespace

Outcome run_train(const std::vector<std::string>& given_words, Communicator& ranks) {
  const Command command = train_command();
  const std::vector<std::string> words = with_threads(given_words, ranks);
  std::optional<TrainJob> job;
  together(ranks, [&] {
    const Arguments arguments = parse_arguments(command, words);
    if (print_if_asked(command, arguments, ranks.rank() == 0)) {
      return;
    }
    job.emplace(naming_file(arguments, [&](const Arguments& all) { return train_job(all, ranks); }));
    job->settings.config.may_spare_threads |= words.size() != given_words.size();  // a share, as none was given
    require_cpu(job->settings.config);                                             // before anything is read or written
  });
  if (!job) {
    return Outcome::done;
  }
  const Outcome outcome = train(*job, ranks);
  ranks.barrier();  // what rank 0 writes may take a while
  return outcome;
}

}  // namespace strata::cli
