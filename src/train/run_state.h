// What a run has come to after a step, beside the weights and the optimizers' state, which the engine owns.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/parameters.h"
#include "optim/plateau.h"
#include "train/metrics.h"
#include "train/monitor.h"

namespace strata {

/// Together with the configuration it decides how the run goes on. Plain values, which a checkpoint can keep.
struct RunState {
  std::uint32_t epochs = 0;              ///< whole epochs
  std::uint64_t global_step = 0;         ///< updates made
  EpochMeans means;                      ///< of the epoch at hand
  std::vector<PlateauState> plateaus;    ///< of each group
  std::optional<Validation> validation;  ///< of the last epoch
  BestEpoch best;
  std::optional<Parameters> best_parameters;  ///< kept for restore_best only
};

}  // namespace strata
