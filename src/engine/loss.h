// What a network's outputs are asked for, and what becomes of them: losses, quick figures, gradients and predictions,
// for both engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "data/dataset.h"
#include "data/scaler.h"
#include "kernels/output_loss.h"
#include "kernels/softmax_cross_entropy.h"
#include "model/model.h"
#include "objective/objective.h"

namespace strata {

/// What outputs are asked for, in training, evaluation and prediction alike; a model holds it beside its weights.
struct Task {
  Objective objective{};
  TargetScaler scaler{};   ///< of targets that are numbers; several outputs of one target share its only element
  double threshold = 0.5;  ///< of two classes by one output, and of labels: a probability above it says yes
};

/// What training minimises, where that is not the plain loss: label smoothing and weights, as the convention combines
/// them (docs/numerics.md). Evaluation knows neither.
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

/// Of some rows, one value each.
struct RowResults {
  std::span<float> losses;
  std::span<float> figures;  ///< as LossSums::figure sums them up
};

/// What becomes of outputs. For one thread, with scratch for so many rows at a time.
class RowLosses {
 public:
  RowLosses(const Task& task, const TrainingLoss& training, std::size_t outputs, std::size_t most_rows);

  // `values` (rows.size(), outputs) are what the network says of `rows` of `samples`.
  /// The plain losses.
  void evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows, MatrixView<const float> values,
                const RowResults& results);
  /// The losses as training weighs them, and in `gradients` (rows.size(), outputs), which may be `values`, the
  /// gradients of their mean over the whole batch, whose loss_weight() is `weight`.
  void train(const SamplesView& samples, std::span<const std::uint32_t> rows, MatrixView<const float> values,
             double weight, MatrixView<float> gradients, const RowResults& results);

  /// What the task says of `values` (rows, outputs); may be those.
  void predict(MatrixView<const float> values, MatrixView<float> predictions);

 private:
  bool is_softmax() const { return task_.objective.kind == ObjectiveKind::softmax_cross_entropy; }
  void gather_labels(const SamplesView& samples, std::span<const std::uint32_t> rows);
  /// As the network is to say them.
  MatrixView<const float> gather_targets(const SamplesView& samples, std::span<const std::uint32_t> rows);
  void gather_weights(const SamplesView& samples, std::span<const std::uint32_t> rows);

  Task task_;
  TrainingLoss training_;
  std::size_t outputs_;
  AlignedVector<float> scratch_;                        ///< softmax's, as are the two below
  std::optional<kernels::ClassTargets> class_targets_;  ///< none: the plain loss is trained
  std::vector<std::uint32_t> labels_;
  kernels::OutputLoss plain_;    ///< all other losses', as is the rest
  kernels::OutputLoss trained_;  ///< with the targets that training smoothes
  std::vector<float> targets_;
  std::vector<float> row_weights_;
};

}  // namespace strata
