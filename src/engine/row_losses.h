// What an engine makes of outputs: losses, quick figures, gradients and predictions. Both engines' one place for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "data/dataset.h"
#include "engine/task.h"
#include "engine/training_loss.h"
#include "kernels/output_loss.h"
#include "kernels/softmax_cross_entropy.h"

namespace strata {

/// Of some rows, one value each.
struct RowResults {
  std::span<float> losses;
  std::span<float> figures;  ///< as LossSums::figure sums them up
};

/// For one thread, with scratch for so many rows at a time.
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
