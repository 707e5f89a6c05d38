// The whole training step beside the plain oneDNN loop and the FMA peak.
#pragma once

#include "bench/setup.h"

namespace strata::bench {

/// Every selected model, batch size, number of threads and engine. Throws Error(failed) if a step's loss or weights are
/// not the oracle's.
void bench_steps(const Setup& setup, Report& report);

}  // namespace strata::bench
