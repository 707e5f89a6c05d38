// How a command ended when nothing went wrong with the program itself; main makes the exit code of it.
#pragma once

namespace strata::cli {

enum class Outcome {
  done,
  diverged,       ///< the loss is no longer finite
  unexpected,     ///< the run has ended, but not as the caller expects
  stopped = 128,  ///< by a signal: this and the signal's number, as stopped_by makes it
};

constexpr Outcome stopped_by(int signal) { return static_cast<Outcome>(static_cast<int>(Outcome::stopped) + signal); }

/// The signal that stopped the command, or 0.
constexpr int stopping_signal(Outcome outcome) {
  return outcome > Outcome::stopped ? static_cast<int>(outcome) - static_cast<int>(Outcome::stopped) : 0;
}

}  // namespace strata::cli
