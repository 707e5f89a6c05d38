#include "run/sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"
#include "dist/together.h"
#include "io/schema_json.h"
#include "objective/objective.h"
#include "run/ranks.h"
#include "run/record.h"
#include "run/start.h"
#include "run/sweep_folder.h"
#include "run/training.h"
#include "search/trial_events.h"
#include "search/trial_log.h"
#include "search/trial_ranks.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using StopRequested = std::function<bool()>;

Trial trial_at(const SweepJob& job, const Point& point, std::uint64_t seed, std::uint32_t epochs, const Face& face) {
  return make_trial(job.settings, point, trial_settings(job.settings, point, seed, epochs, face), job.source, face);
}

/// Keeps every record, then tells another listener.
class Recorder : public TrialListener {
 public:
  /// `events` may be null.
  Recorder(TrialLog& log, const TrialEvents* events, TrialListener& listener)
      : log_(log), events_(events), listener_(listener) {}

  void expect(std::size_t trials, std::uint32_t epochs) override { listener_.expect(trials, epochs); }
  void on_start(const Trial& trial) override { listener_.on_start(trial); }
  void on_end(const Trial& trial, const TrialRecord& record) override {
    write_events(log_.append(record));
    ++ran_;
    listener_.on_end(trial, record);
  }
  void skip(const Trial& trial, const TrialRecord& record) override {
    write_events(record);
    listener_.skip(trial, record);
  }
  /// Trials run now.
  std::size_t ran() const { return ran_; }

 private:
  void write_events(const TrialRecord& record) const {
    if (events_ != nullptr) {
      events_->write(record);
    }
  }

  TrialLog& log_;
  const TrialEvents* events_;
  TrialListener& listener_;
  std::size_t ran_ = 0;
};

/// The points of a sweep, trained as far as its strategy takes each.
class Trials {
 public:
  /// All that it is given must outlive it; `partners` may be null.
  Trials(const SweepJob& job, const Face& face, TrialLog& log, Recorder& recorder, TrialPartners* partners)
      : job_(job), face_(face), log_(log), recorder_(recorder), partners_(partners) {}

  /// Runs what the log lacks, until all is done or a stop is requested.
  void run(const StopRequested& stop_requested);

  /// All candidates, each as far as it was trained, ranked.
  std::vector<Candidate> candidates() const { return ranked(job_.points); }
  /// What their rates did, by the trials of all rounds.
  std::vector<RateEffect> effects() const { return rate_effects(trained_, monitor()); }
  /// Trials in all.
  std::size_t count() const { return keys_.size(); }

 private:
  /// Trains at these points, with every seed, what the log lacks, and makes candidates of them.
  void train(const std::vector<Point>& points, std::uint32_t epochs, const StopRequested& stop_requested);
  std::vector<Candidate> ranked(const std::vector<Point>& points) const;
  /// Those with a completed run.
  std::vector<Point> best_first(const std::vector<Point>& points) const;
  Monitor monitor() const { return job_.first.config.monitor; }

  const SweepJob& job_;
  const Face& face_;
  TrialLog& log_;
  Recorder& recorder_;
  TrialPartners* partners_;
  std::map<Point, Candidate> candidates_;  ///< each in its last round
  std::vector<Candidate> trained_;         ///< in all rounds
  std::set<std::string> keys_;
};

void Trials::run(const StopRequested& stop_requested) {
  for (const Rung& rung : job_.rungs) {
    recorder_.expect(rung.candidates * job_.settings.seeds, rung.epochs);
  }
  std::vector<Point> points = job_.points;
  for (const Rung& rung : job_.rungs) {
    points.resize(std::min(points.size(), rung.candidates));
    train(points, rung.epochs, stop_requested);
    if (stop_requested()) {
      return;
    }
    points = best_first(points);
  }
}

void Trials::train(const std::vector<Point>& points, std::uint32_t epochs, const StopRequested& stop_requested) {
  std::map<Point, std::vector<std::string>> keys;
  std::vector<Trial> missing;
  for (const Point& point : points) {
    for (std::uint32_t i = 0; i < job_.settings.seeds; ++i) {
      Trial trial = trial_at(job_, point, job_.settings.seed + i, epochs, face_);
      const std::string key = kept_key(trial.options);
      keys[point].push_back(key);
      if (!keys_.insert(key).second) {
        continue;  // two points may be one trial
      }
      if (const TrialRecord* record = log_.find(key)) {
        recorder_.skip(trial, *record);
      } else {
        missing.push_back(std::move(trial));
      }
    }
  }
  run_trials(missing, job_.settings.jobs, recorder_, stop_requested, partners_);
  if (stop_requested()) {
    return;
  }
  for (const auto& [point, point_keys] : keys) {
    std::vector<const TrialRecord*> runs;
    for (const std::string& key : point_keys) {
      runs.push_back(log_.find(key));
    }
    trained_.push_back(make_candidate(point, std::move(runs), epochs, monitor()));
    candidates_.insert_or_assign(point, trained_.back());
  }
}

std::vector<Candidate> Trials::ranked(const std::vector<Point>& points) const {
  std::vector<Candidate> candidates;
  candidates.reserve(points.size());
  for (const Point& point : points) {
    candidates.push_back(candidates_.at(point));
  }
  rank(candidates, monitor());
  return candidates;
}

std::vector<Point> Trials::best_first(const std::vector<Point>& points) const {
  std::vector<Point> best;
  for (const Candidate& candidate : ranked(points)) {
    if (candidate.completed > 0) {
      best.push_back(candidate.point);
    }
  }
  return best;
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

/// The seed that the best run had, as its options say.
RunSettings settings_of(const SweepSettings& settings, const Candidate& candidate, const TrialRecord& run,
                        const Face& face) {
  return trial_settings(settings, candidate.point, run.options.at("seed").get<std::uint64_t>(), candidate.epochs, face);
}

/// Whether every value of the axis is allowed at `point`.
bool is_allowed(const SweepSettings& settings, Point point, const Axis& axis, std::uint32_t epochs, const Face& face) {
  return std::ranges::all_of(axis.values, [&](const std::string& value) {
    std::ranges::find(point, axis.name, &Point::value_type::first)->second = value;
    try {
      trial_settings(settings, point, settings.seed, epochs, face);
      return true;
    } catch (const Error&) {
      return false;
    }
  });
}

/// The edges on which the best candidate lies, without those beyond which there is nothing.
std::vector<Edge> open_edges(const SweepSettings& settings, const Candidate& best, const Face& face) {
  std::vector<Edge> edges = edges_of(best.point, settings.axes, settings.draws());
  std::erase_if(edges,
                [&](const Edge& edge) { return !is_allowed(settings, best.point, edge.wider, best.epochs, face); });
  return edges;
}

/// The hash of the weights with which the first trial begins; empty if it cannot begin, which its record will tell.
std::string first_weights_hash(const SweepJob& job) {
  try {
    return weights_hash(make_trainer(job.first, job.source).parameters());
  } catch (const Error&) {
    return "";
  }
}

/// What has asked this rank or another to stop; 0: nothing.
int stop_signal(const Face& face, const TrialLeader* leader) {
  const int here = face.stop_requested();
  return here == 0 && leader != nullptr ? leader->signal() : here;
}

/// The best trial once more, into its folder, and where it could still be better.
void add_best(SweepResult& result, const SweepJob& job, SweepRecords& records, const Face& face,
              const StopRequested& stop_requested) {
  const Candidate& best = result.candidates.front();
  if (best.completed == 0) {
    return;
  }
  result.edges = open_edges(job.settings, best, face);
  const TrialRecord& run = best_run(best, result.monitor);
  if (records.folder) {
    records.folder->make_best(run, restoring_best(settings_of(job.settings, best, run, face)),
                              static_cast<int>(job.settings.jobs), job.source, face, stop_requested);
    result.best_folder = records.folder->best();
  }
}

/// From the first trial to the last report; by rank 0, if there are several.
int run_job(const SweepJob& job, SweepRecords& records, Face& face, const SweepView& view, TrialLeader* leader) {
  const StopRequested stop_requested = [&] { return stop_signal(face, leader) != 0; };
  Recorder recorder(records.log(), records.events ? &*records.events : nullptr, view.trials);
  Trials trials(job, face, records.log(), recorder, leader);
  trials.run(stop_requested);
  if (stop_requested()) {
    return view.stopped(stop_signal(face, leader));
  }
  SweepResult result{.candidates = trials.candidates(),
                     .edges = {},
                     .rate_effects = trials.effects(),
                     .monitor = job.first.config.monitor,
                     .trials = trials.count(),
                     .left_out = job.left_out,
                     .ran = recorder.ran(),
                     .seeds = job.settings.seeds,
                     .best_folder = {}};
  add_best(result, job, records, face, stop_requested);
  if (stop_requested()) {
    return view.stopped(stop_signal(face, leader));
  }
  face.all_is_kept();
  if (records.folder) {
    records.folder->make_reports(job.source, static_cast<int>(job.settings.jobs));
    result.page = records.folder->page();
  }
  return view.finish(result);
}

/// Rank 0's part.
int lead(const SweepJob& job, SweepRecords& records, Communicator& ranks, Face& face, const SweepView& view) {
  if (ranks.world_size() == 1) {
    return run_job(job, records, face, view, nullptr);
  }
  TrialLeader leader(ranks);
  const int answer = run_job(job, records, face, view, &leader);
  leader.end(answer);
  return answer;
}

/// Any other rank's part.
int follow(const SweepJob& job, Communicator& ranks, const Face& face) {
  const SweepSettings& settings = job.settings;
  const TrialFollower follower{.jobs = settings.jobs,
                               .monitor = job.first.config.monitor,
                               .make =
                                   [&](const TrialOrder& order) {
                                     Point point = order.point;
                                     if (settings.seeds > 1) {
                                       point.pop_back();  // trial_at adds the seed
                                     }
                                     return trial_at(job, point, order.seed, order.epochs, face);
                                   },
                               .signal = [&] { return face.stop_requested(); }};
  return follow_trials(ranks, follower);
}

/// What the losses of a sweep's trials are of.
class TrialLosses {
 public:
  void add(const TrainConfig& config) {
    if (std::ranges::find(losses_, config.loss) == losses_.end()) {
      losses_.push_back(config.loss);
    }
    scalers_.insert(config.target_scaler);
  }

  /// Throws Error(usage) if the losses do not tell which trial is better, since they are of different things.
  void check(Monitor monitor) const {
    if (monitor.figure == "loss" && (losses_.size() > 1 || scalers_.size() > 1)) {
      throw usage_error("‹vary› {}: losses of different {} cannot be compared; rank by another ‹monitor›, such as {}",
                        losses_.size() > 1 ? "loss" : "target-scaler", losses_.size() > 1 ? "kinds" : "units",
                        fmt::join(monitors(), " or "));
    }
  }

 private:
  /// Figures that all have.
  std::vector<std::string> monitors() const {
    const auto takes_numbers = [](const std::optional<Objective>& loss) {
      return loss && entry_of(loss->kind).takes.front() == TargetKind::numbers;
    };
    const bool numbers = scalers_.size() > 1 || std::ranges::any_of(losses_, takes_numbers);
    const TargetShape targets{numbers ? TargetKind::numbers : TargetKind::classes, 1};
    std::vector<std::string> names;
    const Objective usual;
    for (const std::string_view figure : figures(usual, targets)) {
      const bool everywhere = std::ranges::all_of(losses_, [&](const std::optional<Objective>& loss) {
        const auto known = figures(loss.value_or(Objective()), targets);
        return std::ranges::find(known, figure) != known.end();
      });
      if (everywhere) {
        names.push_back(fmt::format("val_{}", figure));
      }
    }
    return names;
  }

  std::vector<std::optional<Objective>> losses_;  ///< that differ
  std::set<ScalerKind> scalers_;
};

/// Points whose options go together, and how many do not.
struct PossiblePoints {
  std::vector<Point> points{};
  std::size_t left_out = 0;
  std::string reason{};  ///< of the first one left out
};

/// What is wrong with the options at a point; empty: nothing.
std::string fault_at(const SweepSettings& settings, const Point& point, const Face& face) {
  try {
    trial_settings(settings, point, settings.seed, settings.epochs, face);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

/// A value of `axis` without the other axes; of an optimizer's key beside each optimizer that takes it.
std::vector<Point> points_of_value(const SweepSettings& settings, const Axis& axis, const std::string& value) {
  const std::size_t dot = axis.name.find('.');
  if (dot == std::string::npos) {
    return {{{axis.name, value}}};
  }
  const std::string group = axis.name.substr(0, dot);
  std::vector<Point> points;
  for (const std::string& optimizer : std::ranges::find(settings.axes, group, &Axis::name)->values) {
    if (takes_key(optimizer, axis.name.substr(dot + 1))) {
      points.push_back({{group, optimizer}, {axis.name, value}});
    }
  }
  return points;
}

/// Throws Error(usage) for a value that no possible point has, since it is wrong by itself.
void check_lost_values(const SweepSettings& settings, const std::vector<Point>& possible, const Face& face) {
  for (const Axis& axis : settings.axes) {
    for (const std::string& value : axis.values) {
      if (std::ranges::any_of(possible, [&](const Point& point) { return value_at(point, axis.name) == value; })) {
        continue;
      }
      std::string fault;
      const std::vector<Point> alone = points_of_value(settings, axis, value);
      const bool wrong = !alone.empty() && std::ranges::all_of(alone, [&](const Point& point) {
        fault = fault_at(settings, point, face);
        return !fault.empty();
      });
      if (wrong) {
        throw usage_error("{}", fault);
      }
    }
  }
}

PossiblePoints possible_points(const SweepSettings& settings, const Face& face) {
  PossiblePoints possible;
  for (Point& point : candidate_points(settings)) {
    std::string fault = fault_at(settings, point, face);
    if (fault.empty()) {
      possible.points.push_back(std::move(point));
    } else if (possible.left_out++ == 0) {
      possible.reason = std::move(fault);
    }
  }
  if (possible.left_out > 0) {
    check_lost_values(settings, possible.points, face);
  }
  if (possible.points.empty()) {
    throw usage_error("{}", possible.reason);
  }
  return possible;
}

}  // namespace

SweepJob sweep_job(SweepSettings settings, std::string command, const Face& face) {
  PossiblePoints possible = possible_points(settings, face);
  std::vector<Point>& points = possible.points;
  std::vector<Rung> rungs = rungs_of(settings, points.size());
  std::vector<nlohmann::ordered_json> options;  // those of later rungs differ in their epochs alone
  options.reserve(points.size());
  TrialLosses losses;
  for (const Point& point : points) {
    const RunSettings trial = trial_settings(settings, point, settings.seed, rungs.front().epochs, face);
    options.push_back(config_json(trial));
    losses.add(trial.config);
  }
  RunSettings first = trial_settings(settings, points.front(), settings.seed, rungs.front().epochs, face);
  if (!first.has_validation()) {
    throw usage_error("‹validation_split› 0 leaves no rows by which trials could be ranked");
  }
  losses.check(first.config.monitor);
  require_cpu(first.config);
  return {std::move(settings), std::move(command),         std::move(points),
          possible.left_out,   std::move(possible.reason), std::move(rungs),
          std::move(options),  std::move(first),           {}};
}

void check_sweep_outputs(const SweepJob& job) {
  if (!job.settings.run_dir) {
    return;
  }
  static_cast<void>(stored_config(job.first));  // whether best/ can name what is read
  const InputFiles inputs = files_read(job.first);
  for (const std::filesystem::path& output : SweepFolder::outputs(*job.settings.run_dir)) {
    if (const auto input = inputs.same_as(output)) {
      throw usage_error("‹run_dir› {}: the sweep would replace {}, which it reads; name another folder",
                        job.settings.run_dir->string(), input->string());
    }
  }
}

DataSource sweep_data(const SweepJob& job, Communicator& ranks) {
  RunSettings loading = job.first;
  loading.config.threads = static_cast<int>(job.settings.jobs);
  return shared_run_data(loading, ranks);
}

int sweep(const SweepJob& job, Communicator& ranks, Face& face, const SweepView& view) {
  if (job.settings.run_dir) {
    check_names_can_be_kept(job.source);
  }
  if (ranks.world_size() > 1) {
    check_alike(ranks, identity_of(job.options, job.source, first_weights_hash(job), true));
  }
  const int jobs = sum_of(ranks, static_cast<int>(job.settings.jobs));
  face.begin_to_keep();
  std::optional<SweepRecords> records;
  together(ranks, [&] {
    if (ranks.rank() == 0) {
      records.emplace(job);
    }
  });
  if (!records) {
    return follow(job, ranks, face);
  }
  view.begin(ranks.world_size(), jobs);
  return lead(job, *records, ranks, face, view);
}

}  // namespace strata
