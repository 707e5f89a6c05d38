#include "optim/plateau.h"

namespace strata {

PlateauState after_epoch(PlateauState state, const ScheduleSpec& spec, double val_loss) {
  if (spec.name != "plateau") {
    return state;
  }
  ++state.waited;
  if (val_loss < state.best - spec.value("min_delta")) {
    state.best = val_loss;
    state.waited = 0;
  }
  if (state.cooldown > 0) {
    --state.cooldown;
    state.waited = 0;
  }
  if (state.waited >= spec.steps("patience")) {
    ++state.cuts;
    state.waited = 0;
    state.cooldown = spec.steps("cooldown");
  }
  return state;
}

}  // namespace strata
