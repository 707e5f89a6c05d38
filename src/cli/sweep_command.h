// strata sweep.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// Runs `strata sweep` with the words after its name.
Outcome run_sweep(const std::vector<std::string>& words);

}  // namespace strata::cli
