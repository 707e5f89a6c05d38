// `strata export`.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// `words` is the command line after `strata export`. Throws Error.
Outcome run_export(const std::vector<std::string>& words);

}  // namespace strata::cli
