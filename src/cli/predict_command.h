// `strata predict`.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// `words` is the command line after `strata predict`. Throws Error.
Outcome run_predict(const std::vector<std::string>& words);

}  // namespace strata::cli
