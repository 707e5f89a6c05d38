// Loss, accuracy and logit gradient of a softmax classifier in one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.h"

namespace strata::kernels {

/// Floats of scratch that the two below need for `classes` classes.
std::size_t softmax_scratch_size(std::size_t classes);

/// For each row r of logits (rows, classes) with label y = labels[r] < classes, the natural logarithm's cross-entropy
/// row_losses[r] = log(sum_c exp(z_c - M)) - (z_y - M), M the row's maximum, and, if diff_logits is not empty,
/// diff_logits(r, c) = (softmax(z)_c - [c = y]) / batch; diff_logits may be logits.
/// Returns the rows whose largest logit is the label's; of equal ones the first counts.
/// Sums run over classes in ascending order. `batch` is the size of the whole batch, of which these rows may be a part.
std::size_t softmax_cross_entropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float batch,
                                  MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch);

/// probabilities(r, c) = exp(z_c - M) / sum_c exp(z_c - M), with the bits of softmax_cross_entropy's; may be logits.
void softmax(MatrixView<const float> logits, MatrixView<float> probabilities, std::span<float> scratch);

/// The sum of `values` in double: chains over blocks of 64, added in the fixed tree of docs/numerics.md.
double sum_in_blocks(std::span<const float> values);

}  // namespace strata::kernels
