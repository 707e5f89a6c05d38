// The strata program: runs a command, and alone makes exit codes.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <new>

#include "cli/dispatch.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/signals.h"
#include "core/error.h"

namespace {

enum ExitCode { done = 0, failed = 1, usage = 2, data = 3, diverged = 4, interrupted = 130, terminated = 143 };

ExitCode exit_code(strata::cli::Outcome outcome) {
  switch (outcome) {
    case strata::cli::Outcome::done:
      return ExitCode::done;
    case strata::cli::Outcome::diverged:
      return ExitCode::diverged;
    case strata::cli::Outcome::interrupted:
      return ExitCode::interrupted;
    case strata::cli::Outcome::terminated:
      return ExitCode::terminated;
  }
  return ExitCode::failed;
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

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  strata::cli::ignore_broken_pipes();
  try {
    if (argc < 2) {
      std::fputs(strata::cli::short_usage().c_str(), stderr);
      return ExitCode::usage;
    }
    return exit_code(strata::cli::dispatch({argv + 1, argv + argc}));
  } catch (const strata::Error& error) {
    strata::cli::print_error(error.what());
    return exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    strata::cli::print_error("out of memory; try a smaller network or batch");
  } catch (const std::exception& error) {
    strata::cli::print_error(error.what());
  }
  return ExitCode::failed;
}
