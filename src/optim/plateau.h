// The memory of a plateau schedule: when a figure of the validation rows stops becoming better, the rate is cut.
#pragma once

#include <cstdint>
#include <limits>

#include "optim/schedule.h"

namespace strata {

/// Plain values, which a checkpoint can keep.
struct PlateauState {
  double best = std::numeric_limits<double>::infinity();  ///< the figure's best so far; of one that rises its negative
  std::uint64_t waited = 0;                               ///< epochs since then or since the last cut's cooldown
  std::uint64_t cooldown = 0;                             ///< what is left of it
  std::uint32_t cuts = 0;                                 ///< for scheduled_rate

  bool operator==(const PlateauState&) const = default;
};

/// The state of a plateau after an epoch with that value of its followed_figure. A cooldown of N epochs leaves out N of
/// them in PyTorch; in Keras the last of them counts already.
PlateauState after_epoch(PlateauState state, const ScheduleSpec& spec, Convention convention, double figure);

}  // namespace strata
