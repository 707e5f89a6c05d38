// The strata program: runs a command, and alone makes exit codes.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/shell/signals.h"
#include "cli/shell/streams.h"
#include "cli/text/help.h"
#include "core/error.h"
#include "core/file.h"
#include "data/tbb/backend.h"
#include "dist/together.h"
#include "dist/world.h"
#include "engine/onednn/engine.h"
#include "engine/panels/engine.h"

namespace {

// signalled: and the signal's number
enum ExitCode { done = 0, failed = 1, usage = 2, data = 3, diverged = 4, unexpected = 5, signalled = 128 };

ExitCode exit_code(strata::cli::Outcome outcome) {
  switch (outcome) {
    case strata::cli::Outcome::done:
      return ExitCode::done;
    case strata::cli::Outcome::diverged:
      return ExitCode::diverged;
    case strata::cli::Outcome::unexpected:
      return ExitCode::unexpected;
    case strata::cli::Outcome::stopped:
      break;
  }
  return static_cast<ExitCode>(ExitCode::signalled + stopping_signal(outcome));
}

ExitCode exit_code(strata::ErrorKind kind) {
  switch (kind) {
    case strata::ErrorKind::failed:
      return ExitCode::failed;
    case strata::ErrorKind::usage:
      return ExitCode::usage;
    case strata::ErrorKind::data:
      return ExitCode::data;
  }
  return ExitCode::failed;
}

/// Opens what the caller has closed of stdin, stdout and stderr, the wrong way round, so that no file of ours gets its
/// number and using it is an error.
void occupy_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) < 0) {
      static_cast<void>(::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
}

/// What this program computes with.
void register_backends() {
  strata::register_onednn_engine();
  strata::register_panels_engine();
  strata::use_parallel_backend(strata::tbb_threads());
}

/// Memory may run out where nothing may be thrown, as in a destructor of a library's, or in a thread.
[[noreturn]] void end() {
  try {
    if (const std::exception_ptr error = std::current_exception()) {
      std::rethrow_exception(error);
    }
  } catch (const std::bad_alloc&) {
    strata::remove_temporary_files();
    strata::cli::print_out_of_memory();
    ::_exit(ExitCode::failed);
  } catch (...) {  // a defect, of which the core file tells
  }
  std::abort();
}

/// The ranks that the command is to run on. Throws SharedFailure where a launcher has started several and one process
/// runs it: they join all the same, as the launcher ends everyone, even rank 0 before it has spoken, once one of them
/// has ended.
void join(std::unique_ptr<strata::Communicator>& ranks, const std::vector<std::string>& words) {
  const auto process = strata::launched();
  const bool runs_on_ranks = process && strata::cli::runs_on_ranks(words);
  if (process) {  // the others', which a launcher connects
    strata::cli::turn_closed_pipes_into_errors();
  }
  ranks =
      process && (runs_on_ranks || process->world_size > 1) ? strata::join_world() : strata::make_serial_communicator();
  if (ranks->world_size() > 1 && !runs_on_ranks) {
    throw strata::SharedFailure(
        strata::ErrorKind::usage,
        ranks->rank() != 0 ? ""
                           : fmt::format("a launcher started {} ranks, but strata {} runs in one process; start it "
                                         "without the launcher",
                                         ranks->world_size(), words.front()));
  }
}

/// The exit code of a rank that has failed by itself; others would wait for it, so they end too.
ExitCode end_all(strata::Communicator* ranks, ExitCode code) {
  if (ranks != nullptr && ranks->world_size() > 1) {
    ranks->abort(code);
  }
  return code;
}

/// `error`, by this rank if there are others.
void print_failure(const strata::Communicator* ranks, const std::exception& error) {
  strata::cli::print_error(ranks != nullptr && ranks->world_size() > 1
                               ? fmt::format("rank {}: {}", ranks->rank(), error.what())
                               : std::string(error.what()));
}

/// Runs the command on its `ranks`, which it sets, and tells what has gone wrong.
ExitCode run_on(std::unique_ptr<strata::Communicator>& ranks, const std::vector<std::string>& words) {
  try {
    join(ranks, words);
    return exit_code(strata::cli::dispatch(words, *ranks));
  } catch (const strata::SharedFailure& failure) {
    if (failure.speaks()) {
      strata::cli::print_error(failure.what());
    }
    return exit_code(failure.kind());
  } catch (const strata::Error& error) {
    print_failure(ranks.get(), error);
    return end_all(ranks.get(), exit_code(error.kind()));
  } catch (const std::bad_alloc&) {
    strata::cli::print_out_of_memory();
  } catch (const std::exception& error) {
    print_failure(ranks.get(), error);
  }
  return end_all(ranks.get(), ExitCode::failed);
}

/// Until its ranks have been left together.
ExitCode run(const std::vector<std::string>& words) {
  std::unique_ptr<strata::Communicator> ranks;
  const ExitCode code = run_on(ranks, words);
  if (ranks != nullptr && ranks->world_size() > 1) {
    // Once one rank has ended with an exit code that is not 0, the launcher sends SIGTERM to those still on their way.
    strata::cli::ignore_stop_signals();
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  std::set_terminate(end);
  register_backends();
  strata::cli::set_up_signals();
  try {
    if (argc < 2) {
      std::fputs(strata::cli::short_usage().c_str(), stderr);
      return ExitCode::usage;
    }
    return run({argv + 1, argv + argc});
  } catch (const std::bad_alloc&) {  // also of the memory for a message
    strata::cli::print_out_of_memory();
  }
  return ExitCode::failed;
}
