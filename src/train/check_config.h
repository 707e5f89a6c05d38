// What a configuration asks of the data, of the run's length, and of a snapshot to go on from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "data/dataset.h"
#include "train/run_state.h"
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

/// `snapshot` has the shapes of the network and of the optimizers' state of `config` and of data with that scaler, of
/// which an epoch takes that many steps. Throws Error(data) if its position is none of such a run, or another scaler,
/// number of groups or validation shows that it is of another run; Error(usage) if it is past the end of this one.
void check_snapshot(const RunSnapshot& snapshot, const TrainConfig& config, const Scaler& scaler,
                    std::size_t steps_per_epoch);

}  // namespace strata
