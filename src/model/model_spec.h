// The shape of a network: dense layers, one activation for the hidden ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

}  // namespace strata
