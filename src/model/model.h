// What a network is: the shape of its layers, and its parameters in the canonical form, which files, hashes and tests
// see.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "kernels/activation.h"

namespace strata {

using kernels::Activation;

/// Whose formulas, default constants and initialisers hold (docs/numerics.md).
enum class Convention { keras, torch };

/// The activation with the parameter that `convention` gives it, if it has one.
constexpr Activation make_activation(const kernels::ActivationEntry& entry, Convention convention) {
  return {entry.kind, convention == Convention::keras ? entry.keras_alpha : entry.torch_alpha};
}

/// One dense layer: y = activation(W x + b), W of shape (outputs, inputs).
struct LayerSpec {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Activation activation;

  std::size_t parameters() const { return outputs * (inputs + 1); }
};

/// What a network computes. Layers are counted from 0 at the input; the last one gives the outputs (logits, numbers)
/// and is linear.
struct ModelSpec {
  std::size_t inputs = 0;
  std::vector<std::size_t> hidden;
  std::size_t outputs = 0;  ///< classes, labels, numbers: what the objective needs
  Activation activation;    ///< of the hidden layers

  std::size_t layer_count() const { return hidden.size() + 1; }
  LayerSpec layer(std::size_t index) const;
  std::vector<LayerSpec> layers() const;
  std::size_t parameter_count() const;
};

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
