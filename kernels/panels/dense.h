// Dense layers over panels and blocks: products, activations, weight gradients with their update.
// The order of every sum is docs/numerics.md's, whatever part of the work a call is given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "kernels/activation.h"
#include "kernels/gather.h"
#include "kernels/optimizer_update.h"
#include "kernels/panels/layout.h"

namespace strata::kernels::panels {

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

/// Rows of pixels, standardised, into blocks: dst(first + i, f) = fma(pixels(rows[i], f), factor[f], offset[f]).
/// factor and offset are padded with zeros to whole blocks.
void gather_blocked(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows, const float* factor,
                    const float* offset, Blocked dst, std::size_t first);

/// Rows of values likewise, by gather_standardise's formula. The spans are padded to whole blocks, scale with ones, the
/// others with zeros.
void gather_blocked(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                    Blocked dst, std::size_t first);

}  // namespace strata::kernels::panels
