// The whole training step beside the plain oneDNN loop and the FMA peak.
#pragma once

#include "data/load.h"

namespace strata::bench {

/// The default run at each batch size and number of threads. Throws Error(failed) if a step's loss or weights are not
/// the oracle's.
void bench_steps(const DataSource& source);

}  // namespace strata::bench
