#include "engine/loss.h"

#include <algorithm>
#include <numeric>

namespace strata {

std::optional<kernels::ClassTargets> class_targets(const TrainingLoss& loss, std::size_t classes) {
  if (loss.label_smoothing == 0 && loss.class_weights.empty() && !loss.weigh_rows) {
    return std::nullopt;
  }
  const std::vector<double> weights = loss.class_weights.empty() ? std::vector<double>(classes, 1) : loss.class_weights;
  const double everywhere = loss.label_smoothing / static_cast<double>(classes);
  const double at_label = 1 - loss.label_smoothing;
  const double weight_sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const bool weigh_targets = loss.convention == Convention::torch;
  kernels::ClassTargets targets;
  for (const double weight : weights) {
    const double factor = weigh_targets ? weight : 1;
    targets.label.push_back(static_cast<float>(factor * (at_label + everywhere)));
    targets.other.push_back(static_cast<float>(factor * everywhere));
    targets.total.push_back(weigh_targets ? static_cast<float>(weight * at_label + everywhere * weight_sum) : 1.0F);
    targets.weight.push_back(weigh_targets ? 1.0F : static_cast<float>(weight));
  }
  return targets;
}

double loss_weight(const TrainingLoss& loss, ObjectiveKind objective, const SamplesView& samples,
                   std::span<const std::uint32_t> rows) {
  if (loss.convention == Convention::keras || !entry_of(objective).torch_divides_by_weights ||
      (loss.class_weights.empty() && !loss.weigh_rows)) {
    return static_cast<double>(rows.size());
  }
  double sum = 0;
  for (const std::uint32_t row : rows) {
    const double of_class = loss.class_weights.empty() ? 1.0 : loss.class_weights[samples.labels[row]];
    sum += loss.weigh_rows ? of_class * double{samples.row_weights[row]} : of_class;
  }
  return sum;
}

namespace {

kernels::OutputLoss plain_loss(const Task& task, std::size_t outputs) {
  kernels::OutputLoss loss{.kind = task.objective.kind};
  loss.threshold = static_cast<float>(task.threshold);
  for (std::size_t o = 0; o < outputs; ++o) {
    loss.outputs.push_back(loss_constants(task.objective, o));
    if (!task.scaler.empty()) {
      loss.outputs.back().unit = task.scaler.scale[task.scaler.scale.size() == 1 ? 0 : o];
    }
  }
  return loss;
}

kernels::OutputLoss smoothed(kernels::OutputLoss loss, double smoothing) {
  loss.yes = static_cast<float>(1 - smoothing / 2);
  loss.no = static_cast<float>(smoothing / 2);
  return loss;
}

}  // namespace

RowLosses::RowLosses(const Task& task, const TrainingLoss& training, std::size_t outputs, std::size_t most_rows)
    : task_(task), training_(training), outputs_(outputs) {
  if (is_softmax()) {
    scratch_ = AlignedVector<float>(kernels::softmax_scratch_size(outputs));
    class_targets_ = class_targets(training, outputs);
    labels_.reserve(most_rows);
  } else {
    plain_ = plain_loss(task, outputs);
    trained_ = smoothed(plain_, training.label_smoothing);
    targets_.reserve(most_rows * outputs);
  }
  row_weights_.reserve(most_rows);
}

void RowLosses::evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows,
                         MatrixView<const float> values, const RowResults& results) {
  if (is_softmax()) {
    gather_labels(samples, rows);
    kernels::softmax_cross_entropy(values, labels_, 1.0F, {}, results.losses, scratch_, nullptr, {}, results.figures);
  } else {
    kernels::output_loss(plain_, values, gather_targets(samples, rows), {}, 1.0F, {}, results.losses, results.figures);
  }
}

void RowLosses::train(const SamplesView& samples, std::span<const std::uint32_t> rows, MatrixView<const float> values,
                      double weight, MatrixView<float> gradients, const RowResults& results) {
  const double divisor = weight > 0 ? weight : 1;  // without any weight there is neither loss nor gradient
  gather_weights(samples, rows);
  if (is_softmax()) {
    gather_labels(samples, rows);
    kernels::softmax_cross_entropy(values, labels_, static_cast<float>(divisor), gradients, results.losses, scratch_,
                                   class_targets_ ? &*class_targets_ : nullptr, row_weights_, results.figures);
  } else {
    kernels::output_loss(trained_, values, gather_targets(samples, rows), row_weights_,
                         static_cast<float>(divisor * static_cast<double>(outputs_)), gradients, results.losses,
                         results.figures);
  }
}

void RowLosses::predict(MatrixView<const float> values, MatrixView<float> predictions) {
  switch (entry_of(task_.objective.kind).map) {
    case OutputMap::softmax:
      return kernels::softmax(values, predictions, scratch_);
    case OutputMap::sigmoid:
      return kernels::sigmoid_rows(values, predictions);
    case OutputMap::identity:
      return kernels::rescale_rows(values, task_.scaler.mean, task_.scaler.scale, predictions);
  }
}

void RowLosses::gather_labels(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  labels_.resize(rows.size());
  std::ranges::transform(rows, labels_.begin(), [&](std::uint32_t row) { return samples.labels[row]; });
}

MatrixView<const float> RowLosses::gather_targets(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  targets_.clear();
  const bool one_of_two = samples.targets.rows() == 0;
  const TargetScaler& scaler = task_.scaler;
  const std::size_t columns = one_of_two ? 1 : samples.targets.columns();
  for (const std::uint32_t row : rows) {
    for (std::size_t t = 0; t < columns; ++t) {
      const double target = one_of_two ? static_cast<double>(samples.labels[row]) : double{samples.targets(row, t)};
      const double scaled = scaler.empty() ? target : (target - double{scaler.mean[t]}) / double{scaler.scale[t]};
      targets_.push_back(static_cast<float>(scaled));
    }
  }
  return {targets_.data(), rows.size(), columns};
}

void RowLosses::gather_weights(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  row_weights_.clear();
  const bool weigh_classes = !is_softmax() && !training_.class_weights.empty();  // softmax's targets have them already
  if (!training_.weigh_rows && !weigh_classes) {
    return;
  }
  for (const std::uint32_t row : rows) {
    const float of_class = weigh_classes ? static_cast<float>(training_.class_weights[samples.labels[row]]) : 1.0F;
    row_weights_.push_back(training_.weigh_rows ? of_class * samples.row_weights[row] : of_class);
  }
}

}  // namespace strata
