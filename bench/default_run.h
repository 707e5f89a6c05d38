// What the benchmarks measure: Strata's default model, optimizers and data.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "data/load.h"
#include "train/train_config.h"

namespace strata::bench {

inline constexpr std::array<std::size_t, 3> kBatchSizes{32, 128, 1024};

/// 1, and 2 where this process may use so many.
std::vector<int> thread_counts();

/// The packaged Fashion-MNIST, read by `threads` threads.
DataSource load_default_data(int threads);

TrainConfig default_config(std::size_t batch, int threads);

ModelSpec default_model();

}  // namespace strata::bench
