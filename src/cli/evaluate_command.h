// `strata evaluate`.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// `words` is the command line after `strata evaluate`. Throws Error.
Outcome run_evaluate(const std::vector<std::string>& words);

}  // namespace strata::cli
