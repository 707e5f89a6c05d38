// strata sweep: run/sweep.h's trials, as they go on and as a ranked table or JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "cli/commands/commands.h"
#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/progress.h"
#include "cli/shell/shell_face.h"
#include "cli/shell/streams.h"
#include "cli/text/help.h"
#include "cli/text/option_text.h"
#include "cli/text/run_text.h"
#include "cli/text/sweep_table.h"
#include "core/error.h"
#include "core/figure.h"
#include "dist/node.h"
#include "dist/together.h"
#include "io/input_files.h"
#include "live/sweep_feed.h"
#include "run/data_notes.h"
#include "run/record.h"
#include "run/sweep.h"
#include "run/sweep_settings.h"
#include "settings/choices.h"
#include "train/run_setup.h"

namespace strata::cli {

namespace {

/// A sweep, and how it is shown.
struct ShownSweep {
  SweepJob job;
  ProgressStyle progress = ProgressStyle::automatic;
  bool quiet = false;
  bool json = false;
  std::optional<std::uint16_t> live{};  ///< the port of a live page
};

/// `jobs`: trials at once over all ranks.
std::string introduction(const SweepJob& job, int ranks, int jobs) {
  const SweepSettings& settings = job.settings;
  std::string text = fmt::format("data    {}\n", job.first.request.data.string());
  for (const Rung& rung : job.rungs) {
    text += fmt::format("sweep   {} candidates", grouped_digits(rung.candidates));
    text += settings.seeds > 1 ? fmt::format(" x {} seeds", settings.seeds) : "";
    text += value_at(job.points.front(), "epochs").empty()
                ? fmt::format(", {} epoch{} each\n", rung.epochs, rung.epochs == 1 ? "" : "s")
                : "\n";
  }
  if (job.left_out > 0) {
    text += fmt::format("left out {} combination{} that make{} no sense: {}\n", grouped_digits(job.left_out),
                        job.left_out == 1 ? "" : "s", job.left_out == 1 ? "s" : "", as_options(job.left_out_as));
  }
  return text + fmt::format("jobs    {} at once{}, one thread each\n", jobs,
                            ranks > 1 ? fmt::format(" over {} ranks", ranks) : "");
}

/// A line on the first candidate that hardly can learn in so few steps, if there is one.
std::string few_steps_line(const SweepJob& job, const Face& face) {
  for (const Point& point : job.points) {
    const TrainConfig config =
        trial_settings(job.settings, point, job.settings.seed, job.rungs.back().epochs, face).config;
    const std::string few = few_steps(config, steps_per_epoch(config, job.source.train.rows()));
    if (!few.empty()) {
      return fmt::format("steps   {} with --batch-size {}; more --epochs or smaller batches make more\n", few,
                         config.batch_size);
    }
  }
  return "";
}

Outcome stopped(const ShownSweep& sweep, int signal) {
  if (!sweep.quiet) {
    print_notes(fmt::format("stopped by {}; {}\n", signal_name(signal),
                            sweep.job.settings.run_dir ? "the same command goes on with the trials that are missing"
                                                       : "without --run-dir the trials are not kept"));
  }
  return stopped_by(signal);
}

/// The first trial's record of that status, if there is one.
const TrialRecord* find_run(const std::vector<Candidate>& candidates, TrialStatus status) {
  for (const Candidate& candidate : candidates) {
    const auto run = std::ranges::find(candidate.runs, status, &TrialRecord::status);
    if (run != candidate.runs.end()) {
      return *run;
    }
  }
  return nullptr;
}

/// Diverged, unless all have failed for another reason.
Outcome none_completed(const std::vector<Candidate>& candidates) {
  const TrialRecord* failed = find_run(candidates, TrialStatus::failed);
  if (failed != nullptr && find_run(candidates, TrialStatus::diverged) == nullptr) {
    throw failed_error("no trial was completed; one failed so: {}", failed->reason);
  }
  print_error("no trial was completed; try smaller learning rates");
  return Outcome::diverged;
}

Outcome finished(const ShownSweep& sweep, const SweepResult& result) {
  write_stdout(sweep.json ? sweep_json(result) : sweep_table(result));
  return result.candidates.front().completed > 0 ? Outcome::done : none_completed(result.candidates);
}

/// With a fair share of the cores, `threads`, where several ranks have no number of jobs.
SweepSettings settings_on_ranks(const Command& command, const Arguments& arguments, const std::optional<int>& threads) {
  SweepSettings settings = sweep_settings(command.options, arguments);
  if (threads && !arguments.given("jobs") && !arguments.given("threads")) {
    settings.jobs = static_cast<std::size_t>(*threads);
  }
  return settings;
}

ShownSweep shown_sweep(const Arguments& arguments, const Communicator& ranks, SweepJob job) {
  const bool quiet = arguments.given("quiet");
  return {std::move(job), quiet ? ProgressStyle::none : entry_named(kProgressStyles, arguments.text("progress")).value,
          quiet, arguments.given("json"), live_port(arguments, ranks)};
}

/// `live`: the sweep's live page, or null.
Outcome run(const ShownSweep& sweep, Communicator& ranks, Face& face, SweepProgress& progress, LiveSweep* live) {
  TrialListener& listener = live != nullptr ? live->listener() : progress;
  const SweepView view{.trials = listener,
                       .begin =
                           [&](int all_ranks, int jobs) {
                             if (!sweep.quiet) {
                               print_notes(introduction(sweep.job, all_ranks, jobs) +
                                           as_options(training_notes(sweep.job.source)) +
                                           few_steps_line(sweep.job, face));
                             }
                           },
                       .finish = [&](const SweepResult& result) { return static_cast<int>(finished(sweep, result)); },
                       .stopped = [&](int signal) { return static_cast<int>(stopped(sweep, signal)); }};
  const auto outcome = static_cast<Outcome>(strata::sweep(sweep.job, ranks, face, view));
  if (live != nullptr) {
    live->finish();
  }
  return outcome;
}

}  // namespace

Outcome run_sweep(const std::vector<std::string>& words, Communicator& ranks) {
  const Command command = sweep_command();
  const std::optional<int> threads = ranks.world_size() > 1 ? std::optional(node_threads(ranks)) : std::nullopt;
  ShellFace face(true);
  std::optional<Arguments> arguments;
  std::optional<ShownSweep> sweep;
  together(ranks, [&] {
    arguments = parse_arguments(command, words);
    if (!print_if_asked(command, *arguments, ranks.rank() == 0)) {
      sweep = shown_sweep(*arguments, ranks, naming_file(*arguments, [&](const Arguments& all) {
        return sweep_job(settings_on_ranks(command, all, threads),
                         command_line("sweep", without_config(command, all, words)), face);
      }));
      check_stdout(files_read(sweep->job.first));
      check_sweep_outputs(sweep->job);
    }
  });
  if (!sweep) {
    return Outcome::done;
  }
  SweepProgress progress(sweep->progress, sweep->job.first.config.monitor);
  std::optional<LiveSweep> live;
  if (sweep->live) {
    live.emplace(sweep->job, progress, *sweep->live);
    print_live_page(live->address());
  }
  sweep->job.source = naming_file(*arguments, [&](const Arguments&) { return sweep_data(sweep->job, ranks); });
  return run(*sweep, ranks, face, progress, live ? &*live : nullptr);
}

}  // namespace strata::cli
