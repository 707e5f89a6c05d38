// The activations that a hidden layer can have: one entry each. Its formula is an ActivationRule of
// kernels/activation-inl.h; oneDNN's primitive and ONNX's nodes stand where those live.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace strata::kernels {

enum class ActivationKind { elu, relu, leaky_relu, selu, gelu, swish, tanh, sigmoid, softplus, linear };

/// An activation with its one parameter: the slope of leaky_relu, alpha of elu; 0 for the others.
struct Activation {
  ActivationKind kind = ActivationKind::linear;
  float alpha = 0;
};

/// Which of its two the derivative is a function of.
enum class DerivativeFrom { output, input };

/// Whether a flat stretch is a fault, where its units learn nothing (of sigmoid, say), or meant (relu's, below 0).
enum class Flatness { fault, meant };

/// What is known of one activation. The defaults of its parameter are 0 where it has none.
struct ActivationEntry {
  ActivationKind kind;
  std::string_view name;
  DerivativeFrom derivative_from;
  Flatness flatness;
  bool takes_alpha = false;
  float keras_alpha = 0;
  float torch_alpha = 0;
};

/// In the order in which help lists them.
inline constexpr std::array<ActivationEntry, 10> kActivations{{
    {ActivationKind::elu, "elu", DerivativeFrom::output, Flatness::fault, true, 1.0F, 1.0F},
    {ActivationKind::relu, "relu", DerivativeFrom::output, Flatness::meant},
    {ActivationKind::leaky_relu, "leaky_relu", DerivativeFrom::output, Flatness::meant, true, 0.2F, 0.01F},
    {ActivationKind::selu, "selu", DerivativeFrom::output, Flatness::fault},
    {ActivationKind::gelu, "gelu", DerivativeFrom::input, Flatness::fault},
    {ActivationKind::swish, "swish", DerivativeFrom::input, Flatness::fault},
    {ActivationKind::tanh, "tanh", DerivativeFrom::output, Flatness::fault},
    {ActivationKind::sigmoid, "sigmoid", DerivativeFrom::output, Flatness::fault},
    {ActivationKind::softplus, "softplus", DerivativeFrom::output, Flatness::fault},
    {ActivationKind::linear, "linear", DerivativeFrom::output, Flatness::fault},
}};

constexpr const ActivationEntry& entry_of(ActivationKind kind) { return kActivations[static_cast<std::size_t>(kind)]; }

static_assert(
    [] {
      for (std::size_t i = 0; i < kActivations.size(); ++i) {
        if (kActivations[i].kind != static_cast<ActivationKind>(i)) {
          return false;
        }
      }
      return true;
    }(),
    "the entries stand in the order of ActivationKind");

/// Whether its inputs must be kept for the way back.
constexpr bool derivative_needs_input(ActivationKind kind) {
  return entry_of(kind).derivative_from == DerivativeFrom::input;
}

/// SELU's constants (Klambauer et al. 2017, arXiv 1706.02515): scale * elu(x, alpha).
inline constexpr float kSeluAlpha = 1.6732632423543772848170429916717F;
inline constexpr float kSeluScale = 1.0507009873554804934193349852946F;

}  // namespace strata::kernels
