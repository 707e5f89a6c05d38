// The memory of a plateau schedule: when the validation loss stops falling, the rate is cut.
#pragma once

#include <cstdint>
#include <limits>

#include "optim/schedule.h"

namespace strata {

/// Plain values, which a checkpoint can keep.
struct PlateauState {
  double best = std::numeric_limits<double>::infinity();  ///< lowest validation loss so far
  std::uint64_t waited = 0;                               ///< epochs since then or since the last cut's cooldown
  std::uint64_t cooldown = 0;                             ///< epochs that still do not count
  std::uint32_t cuts = 0;                                 ///< for scheduled_rate

  bool operator==(const PlateauState&) const = default;
};

/// The state after an epoch with that validation loss; the same state for a schedule that is no plateau.
PlateauState after_epoch(PlateauState state, const ScheduleSpec& spec, double val_loss);

}  // namespace strata
