#include "train/validator.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

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

Validator::Validator(const TrainConfig& config, const DataSource& source, std::vector<std::uint32_t> rows,
                     const Task& task, std::size_t outputs)
    : data_(source.validation.rows() > 0 ? source.validation : source.train),
      rows_(std::move(rows)),
      task_(task),
      outputs_(outputs),
      asked_{config.monitor},
      convention_(config.convention),
      early_stopping_{config.early_stopping, config.min_delta, config.start_epoch} {
  for (const ParameterGroup& group : config.groups) {
    schedules_.push_back(group.optimizer.schedule);
    if (schedules_.back().name() == "plateau") {
      asked_.push_back({followed_figure(schedules_.back())});
    }
  }
}

Validation Validator::evaluate(Engine& engine) const {
  return validate(engine, data_.view(), rows_, task_, outputs_, asked_);
}

bool Validator::learn(RunState& state, std::uint32_t epoch) const {
  for (std::size_t g = 0; g < schedules_.size(); ++g) {
    const ScheduleSpec& schedule = schedules_[g];
    if (schedule.name() == "plateau") {
      const double figure = state.validation->value({followed_figure(schedule)});
      state.plateaus[g] = after_epoch(state.plateaus[g], schedule, convention_, figure);
    }
  }
  const Monitor monitor = asked_.front();
  state.patience =
      next_patience(early_stopping_, monitor, state.patience, state.best, epoch, state.validation->value(monitor));
  return state.best.observe(monitor, epoch, *state.validation);
}

bool Validator::stops_early(const RunState& state) const {
  const std::uint32_t waited = state.patience ? state.patience->waited : state.best.waited;
  return early_stopping_.patience && waited >= *early_stopping_.patience;
}

}  // namespace strata
