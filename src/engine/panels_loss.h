// Loss and probabilities from blocks of logits, for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "data/dataset.h"
#include "kernels/panels/dense.h"
#include "kernels/softmax_cross_entropy.h"

namespace strata {

/// What a batch's training asks of the loss.
struct LossGradient {
  kernels::panels::Blocked logits;                 ///< where the gradients at the logits go
  float divisor = 1;                               ///< of the batch's sum of losses
  const kernels::ClassTargets* targets = nullptr;  ///< null: the plain cross-entropy
  bool weigh_rows = false;                         ///< by the samples' row weights; needs targets
};

/// Scratch for the softmax of up to `rows` rows at a time.
class PanelsLoss {
 public:
  PanelsLoss(std::size_t classes, std::size_t rows);

  /// The first probabilities.rows() rows' class probabilities.
  void probabilities(const kernels::panels::Blocked& logits, MatrixView<float> probabilities);

  /// Rows `range` of the batch that `rows` of `samples` are: row_losses, one for each row of the range, and, unless
  /// `gradient` is null, the gradients at the logits of the mean over the batch. Returns the rows that are correct.
  std::size_t operator()(const SamplesView& samples, std::span<const std::uint32_t> rows, kernels::panels::Range range,
                         const kernels::panels::Blocked& logits, const LossGradient* gradient,
                         std::span<float> row_losses);

 private:
  /// The logits of some rows as a matrix: in place, or copied where they take more than one block.
  MatrixView<float> matrix(const kernels::panels::Blocked& logits, kernels::panels::Range rows);

  std::size_t classes_;
  AlignedVector<float> scratch_;
  AlignedVector<float> row_major_;  ///< (rows, classes), for more classes than a block holds
  std::vector<std::uint32_t> labels_;
  std::vector<float> row_weights_;
};

}  // namespace strata
