// A program that is run to its end, and what it says.
#pragma once

#include <string>
#include <vector>

namespace strata::bench {

/// A process that has ended well.
struct FinishedProcess {
  double wall = 0;       ///< seconds from its start to its end
  double megabytes = 0;  ///< peak of resident memory
  std::string text;      ///< its stdout
};

/// Runs `words`, a program found as the shell finds it and its arguments. Throws Error(failed), with what it has said,
/// if it does not end with 0.
FinishedProcess run_process(std::vector<std::string> words);

}  // namespace strata::bench
