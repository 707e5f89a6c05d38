// `strata completion`.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/outcome.h"

namespace strata::cli {

Command completion_command();

/// `words` is the command line after `strata completion`. Throws Error.
Outcome run_completion(const std::vector<std::string>& words);

}  // namespace strata::cli
