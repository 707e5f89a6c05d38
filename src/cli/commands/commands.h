// The commands, and how a command line comes to the one that it names.
#pragma once

#include <string>
#include <vector>

#include "cli/options/arguments.h"
#include "cli/options/options.h"
#include "dist/communicator.h"

namespace strata::cli {

/// How a command ended when nothing went wrong with the program itself; main makes the exit code of it.
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

/// Runs `words`, the command line after the program's name, not empty, as one of `ranks`. Throws Error, and
/// SharedFailure once all ranks know of it.
Outcome dispatch(const std::vector<std::string>& words, Communicator& ranks);

/// Whether `words` name a command that several ranks can share.
bool runs_on_ranks(const std::vector<std::string>& words);

/// What follows a command's name, read; neither help nor versions are asked for.
struct CommandLine {
  const Command& command;
  const std::vector<std::string>& words;
  Arguments arguments;
};

// Each runs what its command line asks for; throws as dispatch.

Outcome run_train(const std::vector<std::string>& words, Communicator& ranks);
Outcome run_sweep(const std::vector<std::string>& words, Communicator& ranks);

Outcome run_find_lr(const CommandLine& line);
Outcome run_evaluate(const CommandLine& line);
Outcome run_predict(const CommandLine& line);
Outcome run_info(const CommandLine& line);
Outcome run_export(const CommandLine& line);
Outcome run_bench(const CommandLine& line);
Outcome run_report(const CommandLine& line);
Outcome run_watch(const CommandLine& line);
Outcome run_diagnose(const CommandLine& line);
Outcome run_check(const CommandLine& line);
Outcome run_completion(const CommandLine& line);

}  // namespace strata::cli
