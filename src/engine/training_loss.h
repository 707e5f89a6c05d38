// What training minimises, where that is not the plain loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "kernels/softmax_cross_entropy.h"
#include "model/model.h"
#include "objective/objective.h"

namespace strata {

/// Label smoothing and weights, as the convention combines them (docs/numerics.md). Evaluation knows neither.
struct TrainingLoss {
  Convention convention = Convention::keras;
  double label_smoothing = 0;  ///< in [0, 1): this share of the target is spread evenly over all classes, or over
                               ///< yes and no
  std::vector<double> class_weights;  ///< of each class, from 0; empty: 1
  bool weigh_rows = false;            ///< by SamplesView::row_weights, which the training samples then have
};

/// Softmax's targets by a row's label; none for the plain cross-entropy.
std::optional<kernels::ClassTargets> class_targets(const TrainingLoss& loss, std::size_t classes);

/// What the sum of a batch's losses is divided by: its rows; in PyTorch's convention, for the losses whose weighted
/// mean it takes so, their weights (each that of the label times that of the row), added in double in the batch's
/// order.
double loss_weight(const TrainingLoss& loss, ObjectiveKind objective, const SamplesView& samples,
                   std::span<const std::uint32_t> rows);

}  // namespace strata
