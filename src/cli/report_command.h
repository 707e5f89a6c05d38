// `strata report`.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// `words` is the command line after `strata report`. Throws Error.
Outcome run_report(const std::vector<std::string>& words);

}  // namespace strata::cli
