// What a sweep shows while it runs: on a terminal a live table of the best trials so far, else a line a trial.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/options/choices.h"
#include "search/trial_pool.h"
#include "train/metrics.h"

namespace strata::cli {

/// Writes to stderr; faults of stderr are ignored. Control characters only if stderr is a terminal.
class SweepProgress : public TrialListener {
 public:
  SweepProgress(ProgressStyle style, Monitor monitor);

  void expect(std::size_t trials, std::uint32_t epochs) override;
  void skip(const Trial& trial, const TrialRecord& record) override;
  void on_start(const Trial& trial) override;
  void on_end(const Trial& trial, const TrialRecord& record) override;
  /// Ends the live table.
  void finish();

 private:
  struct Row {
    double value;
    std::string text;
  };

  void count(const TrialRecord& record);
  std::string head() const;
  std::string time_left() const;
  void draw();

  ProgressStyle style_;
  Monitor monitor_;
  std::size_t trials_ = 0;  ///< expected
  std::size_t done_ = 0;
  std::size_t running_ = 0;
  std::size_t unfinished_ = 0;  ///< diverged or failed
  std::uint64_t epochs_ = 0;
  std::uint64_t epochs_done_ = 0;
  Stopwatch clock_;
  std::vector<Row> best_;  ///< best first, as many as are shown
  std::size_t drawn_ = 0;  ///< lines of the table on the screen
};

}  // namespace strata::cli
