// From a command line to the command that it names.
#pragma once

#include <string>
#include <vector>

#include "cli/shell/outcome.h"
#include "dist/communicator.h"

namespace strata::cli {

/// Whether `words` name a command that several ranks can share.
bool runs_on_ranks(const std::vector<std::string>& words);

/// Runs `words`, the command line after the program's name, not empty, as one of `ranks`. Throws Error, and
/// SharedFailure once all ranks know of it.
Outcome dispatch(const std::vector<std::string>& words, Communicator& ranks);

}  // namespace strata::cli
