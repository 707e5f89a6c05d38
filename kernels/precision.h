// The numbers that a network's products are computed from.
#pragma once

#include <cstddef>

namespace strata::kernels {

/// bf16: activations, their gradients and a copy of the weights; sums, weights, biases, their gradients, optimizer
/// state and loss are fp32 in both.
enum class Precision { f32, bf16 };

/// Bytes of an activation.
constexpr std::size_t element_size(Precision precision) { return precision == Precision::bf16 ? 2 : 4; }

}  // namespace strata::kernels
