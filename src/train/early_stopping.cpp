#include "train/early_stopping.h"

#include <cmath>

namespace strata {

namespace {

/// Whether `figure` is better than `reference` even if it were worse by `delta`.
bool is_better_by(Monitor monitor, double figure, double reference, double delta) {
  const bool higher = is_better(monitor, 1, 0);
  return is_better(monitor, higher ? figure - delta : figure + delta, reference);
}

}  // namespace

void Patience::observe(const EarlyStopping& asked, Monitor monitor, std::uint32_t epoch, double figure) {
  if (epoch <= asked.start_epoch) {
    return;
  }
  ++waited;
  if (std::isfinite(figure) && (!reference || is_better_by(monitor, figure, *reference, asked.min_delta))) {
    reference = figure;
    waited = 0;
  }
}

std::optional<Patience> next_patience(const EarlyStopping& asked, Monitor monitor, std::optional<Patience> patience,
                                      const BestEpoch& best, std::uint32_t epoch, double figure) {
  if (asked.min_delta == 0 && asked.start_epoch == 0) {
    return std::nullopt;
  }
  if (!patience && best.epoch > 0) {  // a resumed run that did without until now
    patience = Patience{best.validation.value(monitor), best.waited};
  }
  Patience next = patience.value_or(Patience());
  next.observe(asked, monitor, epoch, figure);
  return next;
}

}  // namespace strata
