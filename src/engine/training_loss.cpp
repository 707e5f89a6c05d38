#include "engine/training_loss.h"

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

}  // namespace strata
