// What a configuration asks of the data and of the run's length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "data/dataset.h"
#include "train/train_config.h"

namespace strata {

/// Throws Error(usage) if there is nothing to train; if the monitor is none of the objective's `figures`; if early
/// stopping, the best epoch's weights, a plateau, val_auc or val_r2 lack validation rows that allow them (`validation`,
/// rows of `data`); or if a group cannot follow its schedule in a run of so many steps an epoch.
void check_config(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> validation,
                  std::span<const std::string_view> figures, std::size_t steps_per_epoch);

/// Throws Error(usage) if smoothing, class weights, a threshold, a scaler of targets or a figure is asked for that the
/// objective on such targets has no use for.
void check_objective(const TrainConfig& config, const Objective& objective, const TargetShape& targets);

/// Throws Error(usage) if a batch has fewer row blocks than there are ranks.
void check_ranks(const TrainConfig& config);

}  // namespace strata
