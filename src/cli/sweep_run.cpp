#include "cli/sweep_run.h"

#include <algorithm>
#include <utility>

namespace strata::cli {

void Recorder::on_end(const Trial& trial, const TrialRecord& record) {
  log_.append(record);
  write_events(record);
  ++ran_;
  progress_.on_end(trial, record);
}

void Recorder::skip(const Trial& trial, const TrialRecord& record) {
  write_events(record);
  progress_.skip(trial, record);
}

void Recorder::write_events(const TrialRecord& record) const {
  if (events_ != nullptr) {
    events_->write(record);
  }
}

Sweep::Sweep(const SweepSettings& settings, const DataSource& source, TrialLog& log, const TrialEvents* events,
             Monitor monitor, TrialPartners* partners)
    : settings_(settings),
      source_(source),
      log_(log),
      monitor_(monitor),
      partners_(partners),
      points_(candidate_points(settings)),
      progress_(settings.progress, monitor),
      recorder_(log, events, progress_) {}

void Sweep::run(const std::vector<Rung>& rungs, const StopRequested& stop_requested) {
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

void Sweep::train(const std::vector<Point>& points, std::uint32_t epochs, const StopRequested& stop_requested) {
  std::map<Point, std::vector<std::string>> keys;
  std::vector<Trial> missing;
  for (const Point& point : points) {
    for (std::uint32_t i = 0; i < settings_.seeds; ++i) {
      Trial trial = make_trial(settings_, point, trial_settings(settings_, point, settings_.seed + i, epochs), source_);
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
  run_trials(missing, settings_.jobs, recorder_, stop_requested, partners_);
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

std::vector<Candidate> Sweep::ranked(const std::vector<Point>& points) const {
  std::vector<Candidate> candidates;
  candidates.reserve(points.size());
  for (const Point& point : points) {
    candidates.push_back(candidates_.at(point));
  }
  rank(candidates, monitor_);
  return candidates;
}

std::vector<Point> Sweep::best_first(const std::vector<Point>& points) const {
  std::vector<Point> best;
  for (const Candidate& candidate : ranked(points)) {
    if (candidate.completed) {
      best.push_back(candidate.point);
    }
  }
  return best;
}

}  // namespace strata::cli
