// Training by several ranks: beside threads alone, and what becomes of it on many machines.
#pragma once

#include "bench/setup.h"

namespace strata::bench {

/// Starts `strata train` by the launcher on ranks x threads of this machine; times the exchange alone; fits a cost
/// model to both and prints what it predicts of networks. Throws Error(failed) if runs that must have equal weights do
/// not.
void bench_ranks(const Setup& setup);

}  // namespace strata::bench
