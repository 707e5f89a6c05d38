// Many draws at once, by vectors: what a Random (core/random.h) gives, sooner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace strata::kernels {

/// words[i] = random.bits(major, first + i).
void random_words(const Random& random, std::uint32_t major, std::uint64_t first,
                  std::span<std::array<std::uint64_t, 2>> words);

/// A random order of 0 … count-1: Fisher-Yates, from the last place to the second, place i changing with the one that
/// random.below(i + 1, major, i) names.
std::vector<std::uint32_t> permutation(const Random& random, std::size_t count, std::uint32_t major);

}  // namespace strata::kernels
