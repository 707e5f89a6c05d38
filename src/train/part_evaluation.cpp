#include "train/part_evaluation.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "core/error.h"

namespace strata {

namespace {

void check_labels(std::size_t classes, const PartRows& part) {
  for (const std::uint32_t row : part.rows) {
    if (part.data->labels[row] >= classes) {
      throw data_error(
          "{}: row {} (counted from 0) has label {}, the model has {} classes; give data of the model's kind",
          part.data->source, row, part.data->labels[row], classes);
    }
  }
}

void check_targets(const ModelSpec& model, const Task& task, const PartRows& part) {
  const std::size_t expected = shares_target(task.objective) ? 1 : model.outputs;
  if (part.data->target_columns != expected) {
    throw data_error("{}: its rows have {} targets, the model has {}; give data of the model's kind", part.data->source,
                     part.data->target_columns, expected);
  }
}

void check_fit(const ModelSpec& model, const Task& task, const PartRows& part) {
  if (part.data->features != model.inputs) {
    throw data_error("{}: its rows have {} features, the model takes {}; give data of the model's kind",
                     part.data->source, part.data->features, model.inputs);
  }
  if (part.data->labels.empty()) {
    check_targets(model, task, part);
  } else {
    check_labels(std::max<std::size_t>(model.outputs, 2), part);
  }
}

LossSums& operator+=(LossSums& sums, const LossSums& more) {
  sums.loss += more.loss;
  sums.figure += more.figure;
  sums.weight += more.weight;
  return sums;
}

/// What is predicted of so many rows in all, and what the parts have there, which is to come.
PartEvaluation unjudged(const ModelSpec& model, const Task& task, std::span<const PartRows> parts, std::size_t rows) {
  PartEvaluation result;
  const SamplesView samples = parts.front().data->view();
  result.kind = shape_of(task, samples, model.outputs).kind;
  result.outputs = model.outputs;
  result.target_columns = parts.front().data->target_columns;
  result.predictions = AlignedVector<float>(rows * model.outputs);
  result.class_count = class_count(task, result.outputs);
  result.threshold = task.threshold;
  for (const PartRows& part : parts) {
    std::ranges::copy(labels_of(part.data->view(), part.rows), std::back_inserter(result.labels));
    std::ranges::copy(targets_of(part.data->view(), part.rows), std::back_inserter(result.targets));
  }
  return result;
}

/// What follows from the predictions, behind the quick figure if that is there.
void add_figures(PartEvaluation& result, const Task& task, std::span<const std::string_view> names) {
  Judgement judgement(task, {result.labels, result.target_matrix(), result.prediction_matrix()});
  if (result.kind == TargetKind::classes) {
    result.confusion = judgement.confusion();
  }
  if (result.kind != TargetKind::numbers) {
    const std::span<const ClassFigures> classes = judgement.classes();
    result.classes.assign(classes.begin(), classes.end());
  }
  if (!std::ranges::all_of(result.predictions, [](float p) { return std::isfinite(p); })) {
    return;
  }
  if (result.kind == TargetKind::numbers) {
    result.numbers = judgement.numbers();
  }
  FigureList told = figures_of(names, judgement);
  result.figures = result.figures.empty() ? std::move(told) : with_quick(result.figures.front(), std::move(told));
}

}  // namespace

PartEvaluation evaluate_part(Engine& engine, const ModelSpec& model, const Task& task,
                             std::span<const PartRows> parts) {
  std::size_t rows = 0;
  for (const PartRows& part : parts) {
    check_fit(model, task, part);
    rows += part.rows.size();
  }
  PartEvaluation result = unjudged(model, task, parts, rows);
  const MatrixView<float> predictions(result.predictions.data(), rows, model.outputs);
  LossSums sums;
  std::size_t first = 0;
  for (const PartRows& part : parts) {
    sums += engine.evaluate(part.data->view(), part.rows);
    engine.predict(part.data->view(), part.rows, predictions.rows(first, part.rows.size()));
    first += part.rows.size();
  }
  const TargetShape shape = shape_of(task, parts.front().data->view(), model.outputs);
  const std::span<const std::string_view> names = figures(task.objective, shape);
  result.loss = sums.loss / static_cast<double>(rows);
  result.figures = {{names.front(), sums.figure / static_cast<double>(rows)}};
  add_figures(result, task, told_by_predictions(names, shape.kind));
  return result;
}

PartEvaluation judge_part(Engine& engine, const ModelSpec& model, const Task& task, const PartRows& part) {
  PartEvaluation result = unjudged(model, task, {&part, 1}, part.rows.size());
  const SamplesView samples = part.data->view();
  engine.predict(samples, part.rows, {result.predictions.data(), part.rows.size(), model.outputs});
  result.loss = std::numeric_limits<double>::quiet_NaN();
  add_figures(result, task, figures(task.objective, shape_of(task, samples, model.outputs)));
  return result;
}

}  // namespace strata
