#include "train/monitor.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "train/figures.h"

namespace strata {

namespace {

/// What is told by predictions: the first figure of labels, all of numbers, and those that are `asked` for.
std::vector<std::string_view> asked_figures(std::span<const std::string_view> all, TargetKind targets,
                                            std::span<const Monitor> asked) {
  std::vector<std::string_view> names;
  std::ranges::copy_if(told_by_predictions(all, targets), std::back_inserter(names), [&](std::string_view name) {
    return targets == TargetKind::numbers || name == all.front() ||
           std::ranges::find(asked, name, &Monitor::figure) != asked.end();
  });
  return names;
}

FigureList predicted_figures(Engine& engine, const SamplesView& samples, std::span<const std::uint32_t> rows,
                             const Task& task, std::size_t outputs, std::span<const std::string_view> names) {
  AlignedVector<float> values(rows.size() * outputs);
  const MatrixView<float> predictions(values.data(), rows.size(), outputs);
  engine.predict(samples, rows, predictions);
  if (engine.gives_up() || !std::ranges::all_of(values, [](float p) { return std::isfinite(p); })) {
    return {};
  }
  const std::vector<std::uint32_t> labels = labels_of(samples, rows);
  const AlignedVector<float> targets = targets_of(samples, rows);
  Judgement judgement(task, {labels, {targets.data(), rows.size(), samples.targets.columns()}, predictions});
  return figures_of(names, judgement);
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

std::vector<std::uint32_t> labels_of(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> labels(samples.labels.empty() ? 0 : rows.size());
  std::transform(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(labels.size()), labels.begin(),
                 [&](std::uint32_t row) { return samples.labels[row]; });
  return labels;
}

AlignedVector<float> targets_of(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  const std::size_t columns = samples.targets.columns();
  AlignedVector<float> targets(columns * rows.size());
  for (std::size_t i = 0; columns > 0 && i < rows.size(); ++i) {
    std::copy_n(samples.targets.row(rows[i]), columns, targets.begin() + static_cast<std::ptrdiff_t>(i * columns));
  }
  return targets;
}

Validation validate(Engine& engine, const SamplesView& samples, std::span<const std::uint32_t> rows, const Task& task,
                    std::size_t outputs, std::span<const Monitor> asked) {
  const TargetShape shape = shape_of(task, samples, outputs);
  const std::span<const std::string_view> all = figures(task.objective, shape);
  const LossSums sums = engine.evaluate(samples, rows);
  const double loss = sums.loss / static_cast<double>(rows.size());
  const Figure quick{all.front(), sums.figure / static_cast<double>(rows.size())};
  const std::vector<std::string_view> names = asked_figures(all, shape.kind, asked);
  return {loss, with_quick(quick, names.empty() || !std::isfinite(loss)
                                      ? FigureList()
                                      : predicted_figures(engine, samples, rows, task, outputs, names))};
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
