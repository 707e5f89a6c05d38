#include "cli/sweep_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cli/help.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/progress_line.h"
#include "cli/repeat_command.h"
#include "cli/signals.h"
#include "cli/sweep_folder.h"
#include "cli/sweep_options.h"
#include "cli/sweep_progress.h"
#include "cli/sweep_settings.h"
#include "cli/sweep_table.h"
#include "cli/sweep_trials.h"
#include "cli/training.h"
#include "core/error.h"
#include "kernels/instruction_set.h"
#include "search/halving.h"
#include "search/trial_events.h"

namespace strata::cli {

namespace {

using StopRequested = std::function<bool()>;

/// Keeps every record, then tells the display.
class Recorder : public TrialListener {
 public:
  /// `events` may be null.
  Recorder(TrialLog& log, const TrialEvents* events, SweepProgress& progress)
      : log_(log), events_(events), progress_(progress) {}

  void on_start(const Trial& trial) override { progress_.on_start(trial); }
  void on_end(const Trial& trial, const TrialRecord& record) override {
    log_.append(record);
    write_events(record);
    ++ran_;
    progress_.on_end(trial, record);
  }
  /// A trial that the log has already.
  void skip(const Trial& trial, const TrialRecord& record) {
    write_events(record);
    progress_.skip(trial, record);
  }
  std::size_t ran() const { return ran_; }

 private:
  void write_events(const TrialRecord& record) const {
    if (events_ != nullptr) {
      events_->write(record);
    }
  }

  TrialLog& log_;
  const TrialEvents* events_;
  SweepProgress& progress_;
  std::size_t ran_ = 0;
};

/// The points of a sweep, trained as far as its strategy takes each.
class Sweep {
 public:
  /// `log`, `events` (which may be null) and `source` must outlive it.
  Sweep(const SweepSettings& settings, const DataSource& source, TrialLog& log, const TrialEvents* events,
        Monitor monitor)
      : settings_(settings),
        source_(source),
        log_(log),
        monitor_(monitor),
        points_(candidate_points(settings)),
        progress_(settings.progress, monitor),
        recorder_(log, events, progress_) {}

  /// Runs what the log lacks, until all is done or a stop is requested.
  void run(const std::vector<Rung>& rungs, const StopRequested& stop_requested) {
    for (const Rung& rung : rungs) {
      progress_.expect(rung.candidates * settings_.seeds, rung.epochs);
    }
    std::vector<Point> points = points_;
    for (const Rung& rung : rungs) {
      points.resize(std::min(points.size(), rung.candidates));
      train(points, rung.epochs, stop_requested);
      if (stop_requested()) {
        return;
      }
      points = best_first(points);
    }
  }

  /// Trials run now.
  std::size_t ran() const { return recorder_.ran(); }
  /// Trials in all.
  std::size_t trials() const { return trials_.size(); }

  /// All candidates, each as far as it was trained, ranked.
  std::vector<Candidate> candidates() const { return ranked(points_); }

 private:
  /// Trains at these points, with every seed, what the log lacks, and makes candidates of them.
  void train(const std::vector<Point>& points, std::uint32_t epochs, const StopRequested& stop_requested) {
    std::map<Point, std::vector<std::string>> keys;
    std::vector<Trial> missing;
    for (const Point& point : points) {
      for (std::uint32_t i = 0; i < settings_.seeds; ++i) {
        Trial trial =
            make_trial(settings_, point, trial_settings(settings_, point, settings_.seed + i, epochs), source_);
        keys[point].push_back(trial.key);
        if (!trials_.insert(trial.key).second) {
          continue;  // two points may be one trial
        }
        if (const TrialRecord* record = log_.find(trial.key)) {
          recorder_.skip(trial, *record);
        } else {
          missing.push_back(std::move(trial));
        }
      }
    }
    run_trials(missing, settings_.jobs, recorder_, stop_requested);
    if (stop_requested()) {
      return;
    }
    for (const auto& [point, point_keys] : keys) {
      std::vector<const TrialRecord*> runs;
      for (const std::string& key : point_keys) {
        runs.push_back(log_.find(key));
      }
      candidates_.insert_or_assign(point, make_candidate(point, std::move(runs), epochs, monitor_));
    }
  }

  std::vector<Candidate> ranked(const std::vector<Point>& points) const {
    std::vector<Candidate> candidates;
    candidates.reserve(points.size());
    for (const Point& point : points) {
      candidates.push_back(candidates_.at(point));
    }
    rank(candidates, monitor_);
    return candidates;
  }

  /// Those that were completed.
  std::vector<Point> best_first(const std::vector<Point>& points) const {
    std::vector<Point> best;
    for (const Candidate& candidate : ranked(points)) {
      if (candidate.completed) {
        best.push_back(candidate.point);
      }
    }
    return best;
  }

  const SweepSettings& settings_;
  const DataSource& source_;
  TrialLog& log_;
  Monitor monitor_;
  std::vector<Point> points_;
  SweepProgress progress_;
  Recorder recorder_;
  std::map<Point, Candidate> candidates_;
  std::set<std::string> trials_;  ///< keys
};

std::vector<Rung> rungs_of(const SweepSettings& settings, std::size_t candidates) {
  return settings.strategy == Strategy::halving ? halving_rungs(candidates, settings.epochs, settings.eta)
                                                : std::vector<Rung>{{candidates, settings.epochs}};
}

std::string introduction(const SweepSettings& settings, const TrainSettings& first, const std::vector<Rung>& rungs) {
  std::string text = fmt::format("data    {}\n", first.request.data.string());
  for (const Rung& rung : rungs) {
    text += fmt::format("sweep   {} candidates", grouped_digits(rung.candidates));
    text += settings.seeds > 1 ? fmt::format(" x {} seeds", settings.seeds) : "";
    text += value_at(candidate_points(settings).front(), "epochs").empty()
                ? fmt::format(", {} epoch{} each\n", rung.epochs, rung.epochs == 1 ? "" : "s")
                : "\n";
  }
  return text + fmt::format("jobs    {} at once, one thread each\n", settings.jobs);
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

Outcome sweep(const SweepSettings& settings, const std::string& command) {
  const std::vector<Point> points = candidate_points(settings);
  const std::vector<Rung> rungs = rungs_of(settings, points.size());
  // Every trial's options are checked before any of them runs; those of later rungs differ in their epochs alone.
  std::vector<nlohmann::ordered_json> options;
  options.reserve(points.size());
  for (const Point& point : points) {
    options.push_back(config_json(trial_settings(settings, point, settings.seed, rungs.front().epochs)));
  }
  const TrainSettings first = trial_settings(settings, points.front(), settings.seed, rungs.front().epochs);
  if (!first.has_validation()) {
    throw usage_error("--validation-split 0 leaves no rows by which trials could be ranked");
  }
  kernels::set_instruction_set(first.instruction_set);
  TrainSettings loading = first;
  loading.config.threads = static_cast<int>(settings.jobs);
  const DataSource source = load_data(loading);

  const StopSignals signals;  // there is nothing to keep before
  const StopRequested stop_requested = [&] { return signals.received() != 0; };
  std::optional<SweepFolder> folder;
  std::optional<TrialLog> memory;
  if (settings.run_dir) {
    folder.emplace(*settings.run_dir, settings, swept_options(settings, options), first.config.monitor, command);
  } else {
    memory.emplace(first.config.monitor);
  }
  if (!settings.quiet) {
    print_notes(introduction(settings, first, rungs));
  }
  std::optional<TrialEvents> events;
  if (settings.tensorboard) {
    events.emplace(*settings.run_dir / "tensorboard", settings.axes, first.config.monitor);
  }
  Sweep sweep(settings, source, folder ? folder->trials() : *memory, events ? &*events : nullptr, first.config.monitor);
  sweep.run(rungs, stop_requested);
  if (stop_requested()) {
    return stopped(settings, signals.received());
  }

  SweepResult result{.candidates = sweep.candidates(),
                     .edges = {},
                     .monitor = first.config.monitor,
                     .trials = sweep.trials(),
                     .ran = sweep.ran(),
                     .seeds = settings.seeds,
                     .best_folder = {}};
  const Candidate& best = result.candidates.front();
  if (best.completed) {
    result.edges = open_edges(settings, best);
    const TrialRecord& run = best_run(best, result.monitor);
    if (folder) {
      folder->make_best(run, settings_of(settings, best, run), static_cast<int>(settings.jobs), source, stop_requested);
      result.best_folder = folder->best();
    }
    if (stop_requested()) {
      return stopped(settings, signals.received());
    }
  }
  signals.end_at_once();  // all is kept
  if (folder) {
    folder->make_reports(source, static_cast<int>(settings.jobs));
  }
  write_stdout(settings.json ? sweep_json(result) : sweep_table(result));
  if (best.completed) {
    return Outcome::done;
  }
  return none_completed(result.candidates);
}

}  // namespace

Outcome run_sweep(const std::vector<std::string>& words) {
  const Command command = sweep_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  return naming_file(arguments, [&](const Arguments& all) {
    return sweep(sweep_settings(all), command_line("sweep", without_config(command, all, words)));
  });
}

}  // namespace strata::cli
