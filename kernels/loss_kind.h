// The losses that have a rule among the kernels.
#pragma once

namespace strata::kernels {

enum class LossKind { softmax_cross_entropy, binary_cross_entropy, mse, mae, huber, quantile };

}  // namespace strata::kernels
