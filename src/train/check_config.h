// What a configuration asks of the data and of the run's length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "data/dataset.h"
#include "train/train_config.h"

namespace strata {

/// Throws Error(usage) if there is nothing to train; if early stopping, the best epoch's weights, a plateau or val_auc
/// lack validation rows that allow them (`validation`, rows of `data`); or if a group cannot follow its schedule in a
/// run of so many steps an epoch.
void check_config(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> validation,
                  std::size_t steps_per_epoch);

/// Throws Error(usage) if a batch has fewer row blocks than there are ranks.
void check_ranks(const TrainConfig& config);

}  // namespace strata
