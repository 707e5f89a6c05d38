// Sums in double of losses and of squared gradients, in orders that no division of the work changes.
#pragma once

#include <span>

#include "core/tensor.h"

namespace strata::kernels {

/// The sum of `values` in double: chains over blocks of 64, added in the fixed tree of docs/numerics.md.
double sum_in_blocks(std::span<const float> values);

/// The same from the sums of the blocks, at least one.
double sum_of_blocks(std::span<const double> blocks);

/// sums[o] += gradient(i, o)^2 in double, inputs i ascending: one chain for each output. gradient (inputs, outputs).
void add_squares(MatrixView<const float> gradient, std::span<double> sums);

}  // namespace strata::kernels
