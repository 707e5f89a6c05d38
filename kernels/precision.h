// The numbers that a network's products are computed from.
#pragma once

#include <cstddef>

namespace strata::kernels {

/// bf16: activations, their gradients and a copy of the weights; sums, weights, biases, their gradients, optimizer
/// state and loss are fp32 in both.
enum class Precision { f32, bf16 };

/// Bytes of an activation.
constexpr std::size_t element_size(Precision precision) { return precision == Precision::bf16 ? 2 : 4; }

/// How fast training in bf16 is, as a share of the same in fp32.
struct Bf16Speed {
  double least = 0;
  double most = 0;
};

}  // namespace strata::kernels
