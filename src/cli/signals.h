// Signals: SIGINT and SIGTERM ask a run to stop; SIGPIPE becomes an ordinary write error.
#pragma once

namespace strata::cli {

/// A write to a closed pipe fails, instead of ending the process.
void ignore_broken_pipes();

/// From its construction on, the first SIGINT or SIGTERM only leaves a note, and a second one of either ends the
/// process at once. Lasts until the process ends. Make one, in the main thread, before others start.
class StopSignals {
 public:
  StopSignals();

  /// SIGINT or SIGTERM once one has come, else 0. Costs one relaxed load.
  int received() const;
};

}  // namespace strata::cli
