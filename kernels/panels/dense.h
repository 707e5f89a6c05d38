// Dense layers over panels and blocks, which inner loops read in whole cache lines, one after the other: products,
// activations, weight gradients with their update. The order of every sum is docs/numerics.md's, whatever part of the
// work a call is given.
#pragma once

#include <array>
#include <cstddef>

#include "core/tensor.h"
#include "kernels/activation.h"
#include "kernels/optimizer_update.h"

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

/// Whole numbers first … last - 1.
struct Range {
  std::size_t first = 0;
  std::size_t last = 0;

  std::size_t size() const { return last - first; }
};

/// dst = initial + src weights: forward with the bias as `initial`, backward data with none and the transposed panels.
struct Product {
  Blocked src;                     ///< (rows, terms)
  const float* weights = nullptr;  ///< panels of (terms, results)
  const float* initial = nullptr;  ///< (padded results), or null for 0
  Blocked dst;                     ///< (rows, results)
  std::size_t terms = 0;           ///< length of each sum; terms are added in ascending order
  std::size_t results = 0;         ///< of a row; what dst holds beyond them is not specified
};

/// The product for some rows and some panels of results.
void multiply(const Product& product, Range rows, Range panels);

/// values = activation(values), in place; what was there goes to `inputs` first if the derivative needs it.
void activate(Activation activation, Blocked values, Blocked inputs, Range rows, Range blocks);

/// gradients *= the activation's derivative, from the values that activate left, or from its inputs.
void multiply_by_derivative(Activation activation, Blocked values, Blocked inputs, Blocked gradients, Range rows,
                            Range blocks);

/// One layer's parameters in panels, with state and gradients of the same layout.
struct LayerParameters {
  float* weights = nullptr;     ///< panels of (inputs, outputs)
  float* transposed = nullptr;  ///< panels of (outputs, inputs), kept equal to weights; null if nobody reads them
  float* bias = nullptr;        ///< (padded outputs)
  std::array<float*, kMaxStateSlots> weight_state{};  ///< as weights; null if the optimizer has none
  std::array<float*, kMaxStateSlots> bias_state{};    ///< as bias
  std::size_t inputs = 0;
  std::size_t outputs = 0;
};

/// The weights of one layer in units of 16 inputs x 16 outputs, counted along the inputs, panel by panel.
constexpr std::size_t tile_count(std::size_t inputs, std::size_t outputs) {
  return blocks_of(inputs) * blocks_of(outputs);
}

/// Fused: the gradient of each tile over `rows` rows of src (inputs) and diff_dst (outputs), and its update at once.
/// The bias of a panel goes with its first tile.
void update_tiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                  const OptimizerUpdate& update, Range tiles);

/// Staged, first half: gradients of tiles into `gradient` (as weights) and `bias_gradient` (as bias).
void gradient_tiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, float* gradient,
                    float* bias_gradient, Range tiles);

/// Staged, second half: the update of tiles from stored gradients.
void apply_tiles(const LayerParameters& layer, const float* gradient, const float* bias_gradient,
                 const OptimizerUpdate& update, Range tiles);

}  // namespace strata::kernels::panels
