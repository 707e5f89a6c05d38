// The trials of a sweep, run as far as its strategy takes each, and recorded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/sweep_progress.h"
#include "cli/sweep_settings.h"
#include "cli/sweep_trials.h"
#include "search/halving.h"
#include "search/ranking.h"
#include "search/trial_events.h"
#include "search/trial_log.h"
#include "search/trial_pool.h"

namespace strata::cli {

using StopRequested = std::function<bool()>;

/// Keeps every record, then tells the display.
class Recorder : public TrialListener {
 public:
  /// `events` may be null.
  Recorder(TrialLog& log, const TrialEvents* events, SweepProgress& progress)
      : log_(log), events_(events), progress_(progress) {}

  void on_start(const Trial& trial) override { progress_.on_start(trial); }
  void on_end(const Trial& trial, const TrialRecord& record) override;
  /// A trial that the log has already.
  void skip(const Trial& trial, const TrialRecord& record);
  std::size_t ran() const { return ran_; }

 private:
  void write_events(const TrialRecord& record) const;

  TrialLog& log_;
  const TrialEvents* events_;
  SweepProgress& progress_;
  std::size_t ran_ = 0;
};

/// The points of a sweep, trained as far as its strategy takes each.
class Sweep {
 public:
  /// `log`, `events` (which may be null), `source` and `partners` (may be null) must outlive it.
  Sweep(const SweepSettings& settings, const DataSource& source, TrialLog& log, const TrialEvents* events,
        Monitor monitor, TrialPartners* partners);

  /// Runs what the log lacks, until all is done or a stop is requested.
  void run(const std::vector<Rung>& rungs, const StopRequested& stop_requested);

  /// Trials run now.
  std::size_t ran() const { return recorder_.ran(); }
  /// Trials in all.
  std::size_t trials() const { return trials_.size(); }

  /// All candidates, each as far as it was trained, ranked.
  std::vector<Candidate> candidates() const { return ranked(points_); }

 private:
  /// Trains at these points, with every seed, what the log lacks, and makes candidates of them.
  void train(const std::vector<Point>& points, std::uint32_t epochs, const StopRequested& stop_requested);
  std::vector<Candidate> ranked(const std::vector<Point>& points) const;
  /// Those that were completed.
  std::vector<Point> best_first(const std::vector<Point>& points) const;

  const SweepSettings& settings_;
  const DataSource& source_;
  TrialLog& log_;
  Monitor monitor_;
  TrialPartners* partners_;
  std::vector<Point> points_;
  SweepProgress progress_;
  Recorder recorder_;
  std::map<Point, Candidate> candidates_;
  std::set<std::string> trials_;  ///< keys
};

}  // namespace strata::cli
