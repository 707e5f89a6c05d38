// What `strata --version` says.
#pragma once

#include <string>

namespace strata::cli {

/// Strata, oneDNN, TBB and the instruction set in use, a line each.
std::string version_text();

}  // namespace strata::cli
