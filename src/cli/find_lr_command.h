// strata find-lr.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"

namespace strata::cli {

/// Runs `strata find-lr` with the words after its name.
Outcome run_find_lr(const std::vector<std::string>& words);

}  // namespace strata::cli
