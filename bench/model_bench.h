// The cost model: fitted to some steps measured here, checked against others, and read out for many cores.
#pragma once

#include "bench/cost_model.h"
#include "bench/setup.h"

namespace strata::bench {

/// Prints prices, prediction beside measurement, and predictions for more threads.
void bench_model(const Setup& setup);

/// The prices alone, of steps on `source`'s rows.
CostPrices measure_prices(const Setup& setup, const DataSource& source);

}  // namespace strata::bench
