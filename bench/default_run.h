// What the benchmarks measure: Strata's default model, optimizers and data; other widths by the same optimizers.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/selection.h"
#include "data/load.h"
#include "train/train_config.h"

namespace strata::bench {

/// 784-300-100-50-10
Widths default_widths();

/// 1, 2 and as many as this process may use, no more than that.
std::vector<int> thread_counts();

/// The packaged Fashion-MNIST, read by `threads` threads.
DataSource load_default_data(int threads);

/// As many rows of random pixels and labels as Fashion-MNIST has, or as take 100 MB.
DataSource random_data(const Widths& widths);

/// The default optimizers: Adam for the upper two layers, SGD for those below.
TrainConfig config_for(const Widths& widths, std::size_t batch, int threads);

ModelSpec model_of(const Widths& widths);

}  // namespace strata::bench
