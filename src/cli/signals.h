// Signals: SIGINT and SIGTERM end the process, or ask a run to stop; SIGPIPE becomes an ordinary write error.
#pragma once

namespace strata::cli {

/// A write to a closed pipe fails, instead of ending the process.
void ignore_broken_pipes();

/// From now on SIGINT and SIGTERM end the process at once, with the exit code 130 or 143 and without temporary files.
/// To be called in the main thread, before others start.
void end_on_stop_signals();

/// From now on SIGINT and SIGTERM do nothing: for a process that has done its work and is about to end.
void ignore_stop_signals();

/// While this lives, the first SIGINT or SIGTERM only leaves a note; a second one of either ends the process at once.
/// One at a time, in the main thread.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// From now on a first signal ends the process at once, too. One that has come before is in received().
  void end_at_once() const;

  /// SIGINT or SIGTERM once one has come, else 0. Costs one relaxed load.
  int received() const;
};

}  // namespace strata::cli
