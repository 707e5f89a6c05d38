// Initial weights.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/model.h"

namespace strata {

enum class Initializer { he_normal, he_uniform, glorot_normal, glorot_uniform, lecun_normal, lecun_uniform };

struct InitializerName {
  Initializer initializer;
  std::string_view name;
};

inline constexpr std::array<InitializerName, 6> kInitializers{{
    {Initializer::he_normal, "he_normal"},
    {Initializer::he_uniform, "he_uniform"},
    {Initializer::glorot_normal, "glorot_normal"},
    {Initializer::glorot_uniform, "glorot_uniform"},
    {Initializer::lecun_normal, "lecun_normal"},
    {Initializer::lecun_uniform, "lecun_uniform"},
}};

/// Draws every weight, keyed by (seed, layer, canonical index, attempt); biases become 0.
/// Formulas: docs/numerics.md (He et al. 2015, Glorot & Bengio 2010, LeCun et al. 1998; Keras truncates
/// normals at two sigma and widens sigma to match, PyTorch does neither).
void initialize(Parameters& parameters, Initializer initializer, Convention convention, std::uint64_t seed);

}  // namespace strata
