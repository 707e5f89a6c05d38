// What a run and a sweep show while they go on: on a terminal a live line an epoch or a live table of the best trials,
// else a line an epoch or a trial. Both write to stderr, whose faults are ignored; control characters only if it is a
// terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/options.h"
#include "search/trial_pool.h"
#include "train/metrics.h"
#include "train/observer.h"
#include "watch/progress_line.h"

namespace strata::cli {

/// Of a run.
class Progress : public Observer {
 public:
  explicit Progress(ProgressStyle style);

  void on_run(const RunInfo& run) override;
  /// Looks at the clock; draws if the line on the screen is old enough, or at an epoch's last step.
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;
  /// Draws the last step of an epoch that was not finished, and ends its line.
  void on_result(const RunResult& result) override;

 private:
  using Clock = std::chrono::steady_clock;

  void redraw(std::string_view line);
  void finish_line(std::string_view line);
  void draw_last_step();

  ProgressStyle style_;  ///< bar, lines or none
  watch::ProgressScale scale_;
  StepInfo last_step_;
  Clock::time_point next_draw_{};
  std::size_t drawn_ = 0;    ///< columns that the live line now covers
  bool epoch_open_ = false;  ///< steps were made since the last epoch line
};

/// Of a sweep.
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
