// Signals: those that stop end the process, or ask a run to stop; a write that fails is an ordinary error.
#pragma once

#include <string_view>

namespace strata::cli {

/// The name of a signal that stops: SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 or SIGXCPU.
std::string_view signal_name(int signal);

/// From now on a signal that stops ends the process at once, with the exit code 128 and its number, and without
/// temporary files; so does a write to a pipe whose reader has gone, without a word (141). A signal that was ignored
/// when the process came, as nohup does with SIGHUP, stays so, but for SIGINT and SIGTERM. A write past the limit of a
/// file's size fails. To be called in the main thread, before others start.
void set_up_signals();

/// From now on a write to a pipe whose reader has gone fails: for a process that others wait for, or that has something
/// to keep.
void turn_closed_pipes_into_errors();

/// From now on these signals do nothing: for a process that has done its work and is about to end.
void ignore_stop_signals();

/// There is something to keep. While this lives, signals only leave a note, but of SIGINT and SIGTERM a second one ends
/// the process at once; and from now on closed pipes are errors. One at a time, in the main thread.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// From now on a first signal ends the process at once, too. One that has come before is in received().
  void end_at_once() const;

  /// The first signal, once one has come, else 0. Costs one relaxed load.
  int received() const;
};

}  // namespace strata::cli
