// The strata program: runs a command, and alone makes exit codes.
#include <cstdio>
#include <exception>
#include <new>

#include "cli/dispatch.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/signals.h"
#include "core/error.h"

namespace {

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kData = 3, kDiverged = 4, kInterrupted = 130, kTerminated = 143 };

ExitCode exit_code(strata::cli::Outcome outcome) {
  switch (outcome) {
    case strata::cli::Outcome::done:
      return kDone;
    case strata::cli::Outcome::diverged:
      return kDiverged;
    case strata::cli::Outcome::interrupted:
      return kInterrupted;
    case strata::cli::Outcome::terminated:
      return kTerminated;
  }
  return kFailed;
}

ExitCode exit_code(strata::ErrorKind kind) {
  switch (kind) {
    case strata::ErrorKind::failed:
      return kFailed;
    case strata::ErrorKind::usage:
      return kUsage;
    case strata::ErrorKind::data:
      return kData;
  }
  return kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  strata::cli::ignore_broken_pipes();
  try {
    if (argc < 2) {
      std::fputs(strata::cli::short_usage().c_str(), stderr);
      return kUsage;
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
  return kFailed;
}
