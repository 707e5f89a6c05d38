// The global norm of a gradient, in an order of sums that no division of the work changes.
#pragma once

#include <span>

#include "core/tensor.h"

namespace strata::kernels {

/// sums[o] += gradient(i, o)^2 in double, inputs i ascending: one chain for each output. gradient (inputs, outputs).
void add_squares(MatrixView<const float> gradient, std::span<double> sums);

}  // namespace strata::kernels
