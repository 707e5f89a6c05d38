#include "train/monitor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace strata {

namespace {

/// Whether `figure` is better than `reference` even if it were worse by `delta`.
bool is_better_by(Monitor monitor, double figure, double reference, double delta) {
  const bool higher = is_better(monitor, 1, 0);
  return is_better(monitor, higher ? figure - delta : figure + delta, reference);
}

}  // namespace

std::string_view monitor_name(Monitor monitor) {
  return std::ranges::find(kMonitors, monitor, &MonitorEntry::value)->name;
}

bool higher_is_better(Monitor monitor) { return figure_entry(monitor.figure).higher_is_better; }

bool is_better(Monitor monitor, double a, double b) { return higher_is_better(monitor) ? a > b : a < b; }

double Validation::value(Monitor monitor) const {
  return monitor.figure == "loss"
             ? loss
             : find_figure(figures, monitor.figure).value_or(std::numeric_limits<double>::quiet_NaN());
}

bool BestEpoch::observe(Monitor monitor, std::uint32_t next, const Validation& figures) {
  const double now = figures.value(monitor);
  const double before = validation.value(monitor);
  if (!std::isfinite(now) || (epoch != 0 && !is_better(monitor, now, before))) {
    ++waited;
    return false;
  }
  *this = {next, figures, 0};
  return true;
}

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
