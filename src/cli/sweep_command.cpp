#include "cli/sweep_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <utility>

#include "cli/help.h"
#include "cli/message.h"
#include "cli/node_data.h"
#include "cli/output.h"
#include "cli/progress_line.h"
#include "cli/rank_identity.h"
#include "cli/repeat_command.h"
#include "cli/signals.h"
#include "cli/sweep_folder.h"
#include "cli/sweep_options.h"
#include "cli/sweep_run.h"
#include "cli/sweep_settings.h"
#include "cli/sweep_table.h"
#include "cli/sweep_trials.h"
#include "cli/training.h"
#include "core/error.h"
#include "dist/node_threads.h"
#include "dist/together.h"
#include "kernels/instruction_set.h"
#include "search/halving.h"
#include "search/trial_events.h"
#include "search/trial_ranks.h"

namespace strata::cli {

namespace {

std::vector<Rung> rungs_of(const SweepSettings& settings, std::size_t candidates) {
  return settings.strategy == Strategy::halving ? halving_rungs(candidates, settings.epochs, settings.eta)
                                                : std::vector<Rung>{{candidates, settings.epochs}};
}

/// A sweep as every rank works it out for itself from the command line, and its data.
struct SweepJob {
  SweepSettings settings;
  std::string command;
  std::vector<Rung> rungs;
  std::vector<nlohmann::ordered_json> options;  ///< of each candidate, in the first rung
  TrainSettings first;                          ///< of the first candidate
  DataSource source;
};

/// `jobs`: trials at once over all ranks.
std::string introduction(const SweepJob& job, int ranks, int jobs) {
  const SweepSettings& settings = job.settings;
  std::string text = fmt::format("data    {}\n", job.first.request.data.string());
  for (const Rung& rung : job.rungs) {
    text += fmt::format("sweep   {} candidates", grouped_digits(rung.candidates));
    text += settings.seeds > 1 ? fmt::format(" x {} seeds", settings.seeds) : "";
    text += value_at(candidate_points(settings).front(), "epochs").empty()
                ? fmt::format(", {} epoch{} each\n", rung.epochs, rung.epochs == 1 ? "" : "s")
                : "\n";
  }
  return text + fmt::format("jobs    {} at once{}, one thread each\n", jobs,
                            ranks > 1 ? fmt::format(" over {} ranks", ranks) : "");
}

Outcome stopped(const SweepSettings& settings, int signal) {
  if (!settings.quiet) {
    print_notes(fmt::format("stopped by {}; {}\n", signal == SIGTERM ? "SIGTERM" : "SIGINT",
                            settings.run_dir ? "the same command goes on with the trials that are missing"
                                             : "without --run-dir the trials are not kept"));
  }
  return signal == SIGTERM ? Outcome::terminated : Outcome::interrupted;
}

/// The seed that the best run had, as its options say.
TrainSettings settings_of(const SweepSettings& settings, const Candidate& candidate, const TrialRecord& run) {
  return trial_settings(settings, candidate.point, run.options.at("seed").get<std::uint64_t>(), candidate.epochs);
}

/// Whether every value of the axis is allowed at `point`.
bool is_allowed(const SweepSettings& settings, Point point, const Axis& axis, std::uint32_t epochs) {
  return std::ranges::all_of(axis.values, [&](const std::string& value) {
    std::ranges::find(point, axis.name, &Point::value_type::first)->second = value;
    try {
      trial_settings(settings, point, settings.seed, epochs);
      return true;
    } catch (const Error&) {
      return false;
    }
  });
}

/// The edges on which the best candidate lies, without those beyond which there is nothing.
std::vector<Edge> open_edges(const SweepSettings& settings, const Candidate& best) {
  std::vector<Edge> edges = edges_of(best.point, settings.axes, settings.draws());
  std::erase_if(edges, [&](const Edge& edge) { return !is_allowed(settings, best.point, edge.wider, best.epochs); });
  return edges;
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

/// Checks every trial's options before any of them runs; those of later rungs differ in their epochs alone.
SweepJob prepared(SweepSettings settings, std::string command) {
  const std::vector<Point> points = candidate_points(settings);
  std::vector<Rung> rungs = rungs_of(settings, points.size());
  std::vector<nlohmann::ordered_json> options;
  options.reserve(points.size());
  for (const Point& point : points) {
    options.push_back(config_json(trial_settings(settings, point, settings.seed, rungs.front().epochs)));
  }
  TrainSettings first = trial_settings(settings, points.front(), settings.seed, rungs.front().epochs);
  if (!first.has_validation()) {
    throw usage_error("--validation-split 0 leaves no rows by which trials could be ranked");
  }
  kernels::set_instruction_set(first.instruction_set);
  return {std::move(settings), std::move(command), std::move(rungs), std::move(options), std::move(first), {}};
}

/// Every rank calls it.
DataSource load(const SweepJob& job, Communicator& ranks) {
  TrainSettings loading = job.first;
  loading.config.threads = static_cast<int>(job.settings.jobs);
  return load_data_of_node(loading, ranks);
}

/// The hash of the weights with which the first trial begins; empty if it cannot begin, which its record will tell.
std::string first_weights_hash(const SweepJob& job) {
  try {
    return weights_hash(make_trainer(job.first, job.source).parameters());
  } catch (const Error&) {
    return "";
  }
}

/// Where records go: to the folder, or without one nowhere.
struct SweepRecords {
  explicit SweepRecords(const SweepJob& job) {
    const SweepSettings& settings = job.settings;
    const Monitor monitor = job.first.config.monitor;
    if (settings.run_dir) {
      folder.emplace(*settings.run_dir, settings, swept_options(settings, job.options), monitor, job.command);
    } else {
      memory.emplace(monitor);
    }
    if (settings.tensorboard) {
      events.emplace(*settings.run_dir / "tensorboard", settings.axes, monitor);
    }
  }
  TrialLog& log() { return folder ? folder->trials() : *memory; }

  std::optional<SweepFolder> folder;
  std::optional<TrialLog> memory;
  std::optional<TrialEvents> events;
};

SweepResult result_of(const SweepJob& job, const Sweep& sweep) {
  return {.candidates = sweep.candidates(),
          .edges = {},
          .monitor = job.first.config.monitor,
          .trials = sweep.trials(),
          .ran = sweep.ran(),
          .seeds = job.settings.seeds,
          .best_folder = {}};
}

/// From the first trial to the table; by rank 0, if there are several.
Outcome run_job(const SweepJob& job, SweepRecords& records, const StopSignals& signals, TrialLeader* leader) {
  const SweepSettings& settings = job.settings;
  const auto signal = [&] {
    return signals.received() == 0 && leader != nullptr ? leader->signal() : signals.received();
  };
  const StopRequested stop_requested = [&] { return signal() != 0; };
  Sweep sweep(settings, job.source, records.log(), records.events ? &*records.events : nullptr,
              job.first.config.monitor, leader);
  sweep.run(job.rungs, stop_requested);
  if (stop_requested()) {
    return stopped(settings, signal());
  }

  SweepResult result = result_of(job, sweep);
  const Candidate& best = result.candidates.front();
  if (best.completed) {
    result.edges = open_edges(settings, best);
    const TrialRecord& run = best_run(best, result.monitor);
    if (records.folder) {
      records.folder->make_best(run, settings_of(settings, best, run), static_cast<int>(settings.jobs), job.source,
                                stop_requested);
      result.best_folder = records.folder->best();
    }
    if (stop_requested()) {
      return stopped(settings, signal());
    }
  }
  signals.end_at_once();  // all is kept
  if (records.folder) {
    records.folder->make_reports(job.source, static_cast<int>(settings.jobs));
  }
  write_stdout(settings.json ? sweep_json(result) : sweep_table(result));
  if (best.completed) {
    return Outcome::done;
  }
  return none_completed(result.candidates);
}

/// Rank 0's part.
Outcome lead(const SweepJob& job, SweepRecords& records, const StopSignals& signals, Communicator& ranks) {
  if (ranks.world_size() == 1) {
    return run_job(job, records, signals, nullptr);
  }
  TrialLeader leader(ranks);
  const Outcome outcome = run_job(job, records, signals, &leader);
  leader.end(static_cast<int>(outcome));
  return outcome;
}

/// Any other rank's part.
Outcome follow(const SweepJob& job, const StopSignals& signals, Communicator& ranks) {
  const SweepSettings& settings = job.settings;
  const TrialFollower follower{
      .jobs = settings.jobs,
      .monitor = job.first.config.monitor,
      .make =
          [&](const TrialOrder& order) {
            Point point = order.point;
            if (settings.seeds > 1) {
              point.pop_back();  // make_trial adds the seed
            }
            return make_trial(settings, point, trial_settings(settings, point, order.seed, order.epochs), job.source);
          },
      .signal = [&] { return signals.received(); }};
  return static_cast<Outcome>(follow_trials(ranks, follower));
}

Outcome sweep(const SweepJob& job, Communicator& ranks) {
  if (ranks.world_size() > 1) {
    check_alike(ranks, identity_of(job.options, job.source, first_weights_hash(job), true));
  }
  const int jobs = sum_of(ranks, static_cast<int>(job.settings.jobs));
  const StopSignals signals;  // there is nothing to keep before
  std::optional<SweepRecords> records;
  together(ranks, [&] {
    if (ranks.rank() == 0) {
      records.emplace(job);
    }
  });
  if (!records) {
    return follow(job, signals, ranks);
  }
  if (!job.settings.quiet) {
    print_notes(introduction(job, ranks.world_size(), jobs));
  }
  return lead(job, *records, signals, ranks);
}

/// With a fair share of the cores, `threads`, where several ranks have no number of jobs.
SweepSettings settings_on_ranks(const Arguments& arguments, const std::optional<int>& threads) {
  SweepSettings settings = sweep_settings(arguments);
  if (threads && !arguments.given("jobs") && !arguments.given("threads")) {
    settings.jobs = static_cast<std::size_t>(*threads);
  }
  return settings;
}

}  // namespace

Outcome run_sweep(const std::vector<std::string>& words, Communicator& ranks) {
  const Command command = sweep_command();
  const std::optional<int> threads = ranks.world_size() > 1 ? std::optional(node_threads(ranks)) : std::nullopt;
  std::optional<Arguments> arguments;
  std::optional<SweepJob> job;
  together(ranks, [&] {
    arguments = parse_arguments(command, words);
    if (!print_if_asked(command, *arguments, ranks.rank() == 0)) {
      job = naming_file(*arguments, [&](const Arguments& all) {
        return prepared(settings_on_ranks(all, threads), command_line("sweep", without_config(command, all, words)));
      });
    }
  });
  if (!job) {
    return Outcome::done;
  }
  job->source = naming_file(*arguments, [&](const Arguments&) { return load(*job, ranks); });
  return sweep(*job, ranks);
}

}  // namespace strata::cli
