// Reproducible inputs for tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace strata::test {

/// `count` floats uniform in (low, high), a function of `seed`.
inline std::vector<float> random_floats(std::size_t count, double low, double high, std::uint64_t seed) {
  const Random random(seed, RandomStream::dropout);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(low + (high - low) * unit_interval(random.bits(0, i)[0]));
  }
  return values;
}

/// `count` whole numbers in [0, bound).
template <class T = std::uint32_t>
std::vector<T> random_integers(std::size_t count, std::uint64_t bound, std::uint64_t seed) {
  const Random random(seed, RandomStream::dropout);
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>(random.below(bound, 1, i));
  }
  return values;
}

inline std::vector<double> to_double(std::span<const float> values) { return {values.begin(), values.end()}; }

inline std::vector<double> reciprocals(std::span<const float> values) {
  std::vector<double> result;
  for (const float value : values) {
    result.push_back(1.0 / static_cast<double>(value));
  }
  return result;
}

/// The unit roundoff of fp32.
inline constexpr double kRoundoff = 0x1.0p-24;

}  // namespace strata::test
