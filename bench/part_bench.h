// What a run does besides its steps: loading, fitting the scaler, evaluation; and the memory it takes.
#pragma once

#include "data/load.h"

namespace strata::bench {

/// Loads the data, trains one epoch of the default run, evaluates, and prints the process's peak of resident memory.
/// That peak is of everything so far, so call it first.
void bench_memory();

/// load_idx_folder, fit_scaler and evaluation of the test part. Throws Error(failed) if an answer is wrong.
void bench_parts(const DataSource& source);

}  // namespace strata::bench
