// From a command line to the command that it names.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// Runs `words`, the command line after the program's name, not empty. Throws Error.
Outcome dispatch(const std::vector<std::string>& words);

}  // namespace strata::cli
