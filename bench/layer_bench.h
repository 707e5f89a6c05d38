// oneDNN's dense layers, forward and backward.
#pragma once

#include "bench/setup.h"

namespace strata::bench {

/// Each layer of the default model at each batch size and number of threads, beside the FMA peak.
/// Throws Error(failed) if an answer is not the oracle's.
void bench_layers(const Setup& setup, Report& report);

}  // namespace strata::bench
