#include "train/monitor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "train/evaluation.h"

namespace strata {

namespace {

const MonitorEntry& entry_of(Monitor monitor) { return *std::ranges::find(kMonitors, monitor, &MonitorEntry::value); }

/// What the classes' probabilities are needed for.
void add_class_figures(Validation& result, Engine& engine, const SamplesView& samples,
                       std::span<const std::uint32_t> rows, std::size_t classes, Monitor monitor) {
  AlignedVector<float> values(rows.size() * classes);
  const MatrixView<float> probabilities(values.data(), rows.size(), classes);
  engine.predict(samples, rows, probabilities);
  if (engine.gives_up()) {
    return;
  }
  std::vector<std::uint32_t> labels(rows.size());
  std::ranges::transform(rows, labels.begin(), [&](std::uint32_t row) { return samples.labels[row]; });
  if (monitor == Monitor::val_auc) {
    result.auc = macro_auc(labels, probabilities);
  } else {
    result.macro_f1 = macro_f1(class_figures(confusion_matrix(labels, probabilities)));
  }
}

}  // namespace

std::string_view monitor_name(Monitor monitor) { return entry_of(monitor).name; }

bool is_better(Monitor monitor, double a, double b) { return entry_of(monitor).higher_is_better ? a > b : a < b; }

double Validation::value(Monitor monitor) const {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  switch (monitor) {
    case Monitor::val_loss:
      return loss;
    case Monitor::val_accuracy:
      return accuracy;
    case Monitor::val_macro_f1:
      return macro_f1.value_or(kNone);
    case Monitor::val_auc:
      return auc.value_or(kNone);
  }
  return kNone;
}

Validation validate(Engine& engine, const SamplesView& samples, std::span<const std::uint32_t> rows,
                    std::size_t classes, Monitor monitor) {
  const LossSums sums = engine.evaluate(samples, rows);
  Validation result{.loss = sums.loss / static_cast<double>(rows.size()),
                    .accuracy = static_cast<double>(sums.correct) / static_cast<double>(rows.size()),
                    .macro_f1 = {},
                    .auc = {}};
  const bool by_probabilities = monitor == Monitor::val_macro_f1 || monitor == Monitor::val_auc;
  if (by_probabilities && std::isfinite(result.loss)) {
    add_class_figures(result, engine, samples, rows, classes, monitor);
  }
  return result;
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

}  // namespace strata
