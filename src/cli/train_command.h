// `strata train`.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// Runs the command for `words`, the command line after its name. Throws Error.
Outcome run_train(const std::vector<std::string>& words);

}  // namespace strata::cli
