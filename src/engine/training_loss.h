// What training minimises, where that is not the plain cross-entropy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/softmax_cross_entropy.h"
#include "model/model_spec.h"

namespace strata {

/// Label smoothing and class weights, as the convention combines them (docs/numerics.md). Evaluation knows neither.
struct TrainingLoss {
  Convention convention = Convention::keras;
  double label_smoothing = 0;         ///< in [0, 1): this share of the target is spread evenly over all classes
  std::vector<double> class_weights;  ///< of each class, above 0; empty: 1
};

/// The targets by a row's label; none for the plain cross-entropy.
std::optional<kernels::ClassTargets> class_targets(const TrainingLoss& loss, std::size_t classes);

/// What the sum of a batch's losses is divided by: its rows; in PyTorch's convention the weights of their labels, added
/// in double in the batch's order.
double loss_weight(const TrainingLoss& loss, std::span<const std::uint32_t> labels,
                   std::span<const std::uint32_t> rows);

}  // namespace strata
