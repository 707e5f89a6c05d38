// What the objective makes of blocks of outputs, for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "engine/engine.h"
#include "engine/row_losses.h"
#include "kernels/panels/dense.h"

namespace strata {

/// Of the network's outputs, up to `rows` rows at a time.
class PanelsLoss {
 public:
  PanelsLoss(const EnginePlan& plan, std::size_t rows);

  /// The first predictions.rows() rows' predictions.
  void predict(const kernels::panels::Blocked& outputs, MatrixView<float> predictions);

  /// The plain losses of `rows` of `samples`, which are the first rows of outputs.
  void evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows,
                const kernels::panels::Blocked& outputs, const RowResults& results);

  /// Rows `range` of the batch that `rows` of `samples` are: one result for each row of the range, and in `gradients`
  /// the gradients at the outputs of the mean over the batch, whose loss_weight() is `weight`.
  void train(const SamplesView& samples, std::span<const std::uint32_t> rows, kernels::panels::Range range,
             const kernels::panels::Blocked& outputs, double weight, const kernels::panels::Blocked& gradients,
             const RowResults& results);

 private:
  /// The outputs of some rows as a matrix: in place, or copied where they take more than one block.
  MatrixView<float> matrix(const kernels::panels::Blocked& outputs, kernels::panels::Range rows);
  bool in_place() const { return outputs_ <= kernels::panels::kWidth; }

  std::size_t outputs_;
  RowLosses losses_;
  AlignedVector<float> row_major_;  ///< (rows, outputs), for more outputs than a block holds
};

}  // namespace strata
