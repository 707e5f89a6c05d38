// The canonical form of a network's parameters, which files, hashes and tests see.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "model/model_spec.h"

namespace strata {

/// One fp32 arena: layers.0.weight (outputs, inputs) row-major, layers.0.bias (outputs), layers.1.weight, …
/// Optimizer state uses the same form, an arena for each quantity.
class Parameters {
 public:
  /// All zero.
  explicit Parameters(std::vector<LayerSpec> layers);

  const std::vector<LayerSpec>& layers() const { return layers_; }
  MatrixView<float> weight(std::size_t layer);
  MatrixView<const float> weight(std::size_t layer) const;
  std::span<float> bias(std::size_t layer);
  std::span<const float> bias(std::size_t layer) const;
  /// The whole arena, in the order above.
  std::span<float> values() { return values_; }
  std::span<const float> values() const { return values_; }

 private:
  std::vector<LayerSpec> layers_;
  std::vector<std::size_t> offsets_;  ///< of each layer's weight in values_
  AlignedVector<float> values_;
};

/// XXH3-64 in hex of the arena's bytes (fp32, little-endian).
std::string weights_hash(const Parameters& parameters);

/// How far an update moved the weights: for each layer ||after - before|| / ||before|| over its weights without biases,
/// in double, summed in canonical order; not finite where all weights were 0. Both have the same layers.
std::vector<double> update_ratios(const Parameters& before, const Parameters& after);

}  // namespace strata
