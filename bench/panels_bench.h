// The panels engine's kernels on the layers of the default model, and its step's phases made of them.
#pragma once

#include "bench/setup.h"
#include "data/load.h"

namespace strata::bench {

/// Forward, backward data, weight gradient with update, each layer alone on one thread; and on each number of threads
/// the columns, rows and tiles phases. Throws Error(failed) if an answer is not the oracle's.
void bench_panels(const Setup& setup, Report& report, const DataSource& source);

}  // namespace strata::bench
