// The numbers that products are computed from: fp32, or bf16, which is the upper half of an fp32 number; its rounding,
// and weights packed for oneDNN's products.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.h"

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

/// A bf16 number: 8 bits of exponent as fp32, 7 of mantissa.
struct Bf16 {
  std::uint16_t bits = 0;
  friend bool operator==(Bf16, Bf16) = default;
};

/// The unit roundoff of bf16.
inline constexpr double kBf16Roundoff = 0x1.0p-8;

constexpr float to_float(Bf16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16); }

/// The nearest bf16, of two equally near the even one; beyond the largest, infinity. A NaN stays a (quiet) NaN, and
/// denormals are rounded like other numbers.
constexpr Bf16 to_bf16(float x) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  constexpr std::uint32_t kQuiet = 0x00400000;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const bool nan = (bits & ~0x80000000U) > kExponent;
  const std::uint32_t rounded = nan ? bits | kQuiet : bits + 0x7FFF + (bits >> 16 & 1);
  return {static_cast<std::uint16_t>(rounded >> 16)};
}

/// dst[i] = to_bf16(src[i]), spans of one length.
void round_to_bf16(std::span<const float> src, std::span<Bf16> dst);

/// Weights (inputs, outputs) in bf16 as matrix units read them: blocks of inputs x outputs; in a block, pairs of
/// inputs; in a pair, for each output the two inputs' weights side by side. Strides count elements.
struct PairedBlocks {
  std::size_t block_inputs = 0;   ///< even
  std::size_t block_outputs = 0;  ///< a multiple of kPairedOutputs
  std::size_t input_stride = 0;   ///< from a block to that of the next inputs
  std::size_t output_stride = 0;  ///< from a block to that of the next outputs

  /// Where the weight of `input` and `output` lies.
  std::size_t index(std::size_t input, std::size_t output) const {
    const std::size_t row = input % block_inputs;
    return input / block_inputs * input_stride + output / block_outputs * output_stride +
           (row / 2 * block_outputs + output % block_outputs) * 2 + row % 2;
  }
};

/// No vector holds more outputs than the blocks' widths are multiples of.
inline constexpr std::size_t kPairedOutputs = 16;

/// packed[layout.index(i, o)] = to_bf16(weights(i, o)) for inputs first … last - 1; `first` is even, and `last` is even
/// or the number of rows, in which case the missing half of the last pair becomes 0. Other elements stay as they are.
/// Thread-safe on ranges that do not overlap.
void pack_bf16(MatrixView<const float> weights, std::size_t first, std::size_t last, const PairedBlocks& layout,
               Bf16* packed);

}  // namespace strata::kernels
