// strata sweep.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"
#include "dist/communicator.h"

namespace strata::cli {

/// Runs `strata sweep` with the words after its name, as one of `ranks`. Throws Error, and SharedFailure once all ranks
/// know of it.
Outcome run_sweep(const std::vector<std::string>& words, Communicator& ranks);

}  // namespace strata::cli
