// The activations a hidden layer can have, by name.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace strata::kernels {

enum class ActivationKind { elu, relu, leaky_relu, selu, gelu, swish, tanh, sigmoid, softplus, linear };

/// An activation with its one parameter: the slope of leaky_relu, alpha of elu; 0 for the others.
struct Activation {
  ActivationKind kind = ActivationKind::linear;
  float alpha = 0;
};

struct ActivationName {
  ActivationKind kind;
  std::string_view name;
};

/// In the order in which help lists them.
inline constexpr std::array<ActivationName, 10> kActivations{{
    {ActivationKind::elu, "elu"},
    {ActivationKind::relu, "relu"},
    {ActivationKind::leaky_relu, "leaky_relu"},
    {ActivationKind::selu, "selu"},
    {ActivationKind::gelu, "gelu"},
    {ActivationKind::swish, "swish"},
    {ActivationKind::tanh, "tanh"},
    {ActivationKind::sigmoid, "sigmoid"},
    {ActivationKind::softplus, "softplus"},
    {ActivationKind::linear, "linear"},
}};

/// SELU's constants (Klambauer et al. 2017, arXiv 1706.02515): scale * elu(x, alpha).
inline constexpr float kSeluAlpha = 1.6732632423543772848170429916717F;
inline constexpr float kSeluScale = 1.0507009873554804934193349852946F;

}  // namespace strata::kernels
