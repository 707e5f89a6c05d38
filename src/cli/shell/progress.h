// The progress display: one live line an epoch on a terminal, or a plain line an epoch.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "cli/options/choices.h"
#include "train/observer.h"
#include "watch/progress_line.h"

namespace strata::cli {

/// Writes to stderr; faults of stderr are ignored. Control characters only if stderr is a terminal.
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

}  // namespace strata::cli
