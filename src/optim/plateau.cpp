#include "optim/plateau.h"

#include "core/figure.h"

namespace strata {

PlateauState after_epoch(PlateauState state, const ScheduleSpec& spec, Convention convention, double figure) {
  bool counts = state.cooldown == 0;
  if (!counts) {
    --state.cooldown;
    // Keras asks after counting down whether the cooldown is over, PyTorch before.
    counts = convention == Convention::keras && state.cooldown == 0;
  }
  const double value = figure_entry(followed_figure(spec)).higher_is_better ? -figure : figure;
  if (value < state.best - spec.value("min_delta")) {
    state.best = value;
    state.waited = 0;
  } else {
    state.waited += counts ? 1 : 0;
  }
  if (state.waited >= spec.steps("patience")) {
    ++state.cuts;
    state.waited = 0;
    state.cooldown = spec.steps("cooldown");
  }
  return state;
}

}  // namespace strata
