// What a run does besides its steps: loading, fitting the scaler, evaluation.
#pragma once

#include "bench/setup.h"
#include "data/load.h"

namespace strata::bench {

/// load_idx_folder, fit_scaler and evaluation of the test part. Throws Error(failed) if an answer is wrong.
void bench_parts(const Setup& setup, Report& report, const DataSource& source);

}  // namespace strata::bench
