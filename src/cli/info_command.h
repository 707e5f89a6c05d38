// `strata info`.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// `words` is the command line after `strata info`. Throws Error.
Outcome run_info(const std::vector<std::string>& words);

}  // namespace strata::cli
