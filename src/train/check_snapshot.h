// Whether a run can go on from a snapshot.
#pragma once

#include <cstddef>

#include "train/run_state.h"
#include "train/train_config.h"

namespace strata {

/// `snapshot` has the shapes of the network and of the optimizers' state of `config` and of data with that scaler, of
/// which an epoch takes that many steps. Throws Error(data) if its position is none of such a run, or another scaler,
/// number of groups or validation shows that it is of another run; Error(usage) if it is past the end of this one.
void check_snapshot(const RunSnapshot& snapshot, const TrainConfig& config, const Scaler& scaler,
                    std::size_t steps_per_epoch);

}  // namespace strata
