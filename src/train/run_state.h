// What a run has come to after a step: everything that decides how it goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "data/scaler.h"
#include "model/model.h"
#include "optim/parameter_group.h"
#include "optim/schedule.h"
#include "train/metrics.h"
#include "train/monitor.h"

namespace strata {

/// What the run itself knows; weights and optimizers' state are the engine's. Random numbers are drawn by position
/// (seed, epoch, step), so that the position says all of them. Plain values, which a checkpoint can keep.
struct RunState {
  std::uint32_t epochs = 0;              ///< whole epochs, validated
  std::uint64_t global_step = 0;         ///< updates made
  std::uint64_t earlier_updates = 0;     ///< that its optimizers have made in a run on other data
  EpochMeans means;                      ///< of the epoch at hand
  std::vector<double> update_ratios;     ///< at its last step, if somebody wants them
  std::vector<PlateauState> plateaus;    ///< of each group
  std::optional<Validation> validation;  ///< of the last epoch
  BestEpoch best;
  std::optional<Patience> patience;           ///< if early stopping needs one
  std::optional<Parameters> best_parameters;  ///< kept for restore_best only
  double seconds = 0;                         ///< of the run until here (in a snapshot; else until it was last begun)
  double epoch_seconds = 0;                   ///< likewise, of the epoch at hand

  /// Steps made of the epoch at hand; all of them before it is validated.
  std::uint64_t steps_of_epoch(std::size_t steps_per_epoch) const {
    return global_step - std::uint64_t{epochs} * steps_per_epoch;
  }
};

/// A whole run at one moment. With the configuration and the data it gives every later moment, bit for bit.
struct RunSnapshot {
  RunState state;
  Parameters parameters;
  OptimizerState optimizers;
  Scaler scaler;  ///< the data's, as a check on them
};

/// The moments from which a run can go on. `step`: after a step but an epoch's last; `epoch`: after an epoch and its
/// validation; `end`: no step follows; an epoch that has been cut short is not yet validated.
enum class RunMoment { start, step, epoch, end };

}  // namespace strata
