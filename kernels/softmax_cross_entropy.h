// Loss, accuracy and logit gradient of a softmax classifier in one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace strata::kernels {

/// Floats of scratch that the two below need for `classes` classes.
std::size_t softmax_scratch_size(std::size_t classes);

/// What training may ask of each class instead of the label alone, by the label y of a row: the row's loss becomes
/// weight[y] (total[y] log(sum_c exp(z_c - M)) - sum_c t_c (z_c - M)) with t_y = label[y] and t_c = other[c] else.
/// One value for each class; total[y] is the sum of the row's t.
struct ClassTargets {
  std::vector<float> label;
  std::vector<float> other;
  std::vector<float> total;
  std::vector<float> weight;
};

/// For each row r of logits (rows, classes) with label y = labels[r] < classes, the natural logarithm's cross-entropy
/// row_losses[r] = log(sum_c exp(z_c - M)) - (z_y - M), M the row's maximum, and, if diff_logits is not empty,
/// diff_logits(r, c) = (softmax(z)_c - [c = y]) / divisor; diff_logits may be logits. With `targets` the loss is
/// theirs, and diff_logits(r, c) = weight[y] (total[y] softmax(z)_c - t_c) / divisor.
/// Returns the rows whose largest logit is the label's; of equal ones the first counts. row_figures, unless it is
/// empty, is 1 for those and 0 for the others.
/// Sums run over classes in ascending order. `divisor` belongs to the whole batch, of which these rows may be a part:
/// its size, or the sum of its rows' weights. With row_weights (rows), which need targets, weight[y] is multiplied by
/// the row's.
std::size_t softmax_cross_entropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float divisor,
                                  MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch,
                                  const ClassTargets* targets = nullptr, std::span<const float> row_weights = {},
                                  std::span<float> row_figures = {});

/// probabilities(r, c) = exp(z_c - M) / sum_c exp(z_c - M), with the bits of softmax_cross_entropy's; may be logits.
void softmax(MatrixView<const float> logits, MatrixView<float> probabilities, std::span<float> scratch);

}  // namespace strata::kernels
