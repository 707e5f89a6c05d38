// The kernels that are our own: gather, loss, optimizer updates and sums.
#pragma once

#include "bench/setup.h"
#include "data/dataset.h"

namespace strata::bench {

/// Each kernel alone, cut among threads as the engine cuts it. Throws Error(failed) if an answer is not the oracle's.
void bench_kernels(const Setup& setup, Report& report, const Dataset& train);

}  // namespace strata::bench
