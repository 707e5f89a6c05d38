// Joining the ranks that a launcher started together.
#pragma once

#include <memory>
#include <string>

#include "dist/communicator.h"

namespace strata {

/// All ranks of this job if a launcher started it, else this process alone, which costs nothing: MPI's libraries are
/// loaded under a launcher only. Throws Error(usage) where the launcher started several ranks and this program cannot
/// join them.
std::unique_ptr<Communicator> join_world();

/// What this program was built with, e.g. "Open MPI 4.1.4"; "none".
std::string mpi_built_with();

}  // namespace strata
