// Threads for a rank that shares its machine with others.
#pragma once

#include "dist/communicator.h"

namespace strata {

/// A fair share of the CPUs that this rank may use: of each, a part with the ranks of its machine that may use it too,
/// and of the cgroup's quota; rounded down, at least 1. Ranks that their launcher has bound to CPUs of their own get
/// all of those. Every rank calls it.
int node_threads(Communicator& ranks);

}  // namespace strata
