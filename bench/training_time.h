// How long a step of training takes.
#pragma once

#include <cstddef>

#include "data/load.h"
#include "train/train_config.h"

namespace strata::bench {

/// Seconds a step, the mean of `steps` of a run by `config`, after a tenth as many to warm up.
double time_training(const DataSource& source, TrainConfig config, std::size_t steps);

}  // namespace strata::bench
