// What `strata --version` says.
#pragma once

#include <string>

namespace strata::cli {

/// Strata, oneDNN, TBB, MPI and the instruction set in use, a line each.
std::string version_text();

}  // namespace strata::cli
