// How the panels kernels lay out matrices: so that every inner loop reads whole cache lines, one after the other.
#pragma once

#include <cstddef>

#include "core/tensor.h"

namespace strata::kernels::panels {

/// Outputs in a panel of weights, and features in a block of activations: one cache line of floats.
inline constexpr std::size_t kWidth = 16;

/// Panels or blocks that hold `features` features.
constexpr std::size_t blocks_of(std::size_t features) { return (features + kWidth - 1) / kWidth; }

/// `features` rounded up to whole blocks.
constexpr std::size_t padded(std::size_t features) { return blocks_of(features) * kWidth; }

/// Whether the last panel of `results` results has at most half a line of them, which is then all that is computed of
/// it.
constexpr bool is_narrow(std::size_t results) { return results % kWidth > 0 && results % kWidth <= kWidth / 2; }

/// Activations or gradients of a batch: [feature / 16][row][feature % 16], `capacity` rows in each block.
/// What stands in the places past the last feature is finite and never read into another feature.
struct Blocked {
  float* data = nullptr;
  std::size_t capacity = 0;

  float* at(std::size_t block, std::size_t row) const { return data + (block * capacity + row) * kWidth; }
  float& operator()(std::size_t row, std::size_t feature) const { return at(feature / kWidth, row)[feature % kWidth]; }
};

/// Floats of the panels of a layer's weights: [output / 16][input][output % 16], inputs padded to whole blocks.
/// The transposed copy has the same form with inputs and outputs exchanged.
constexpr std::size_t panel_floats(std::size_t inputs, std::size_t outputs) { return padded(inputs) * padded(outputs); }

/// The index of weight (output, input) in those panels.
constexpr std::size_t panel_index(std::size_t inputs, std::size_t output, std::size_t input) {
  return (output / kWidth * padded(inputs) + input) * kWidth + output % kWidth;
}

}  // namespace strata::kernels::panels
