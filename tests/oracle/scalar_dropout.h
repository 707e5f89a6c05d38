// kernels/dropout.h unit by unit, from core/random.h's Philox: what the masks must be, bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/random.h"
#include "kernels/dropout.h"

namespace strata::test::scalar {

inline bool is_dropped(const kernels::DropoutMask& mask, std::size_t row, std::size_t unit) {
  const std::size_t block = unit / 16;
  const std::size_t place = unit % 16;
  const auto counter = static_cast<std::uint32_t>(4 * block + place / 2 % 4);
  const auto words = philox({static_cast<std::uint32_t>(row), counter, 0, 4}, mask.key);
  return words[2 * (place / 8) + place % 2] < mask.threshold;
}

/// What a unit is multiplied by.
inline float dropout_factor(const kernels::DropoutMask& mask, std::size_t row, std::size_t unit) {
  return is_dropped(mask, row, unit) ? 0.0F : mask.scale;
}

}  // namespace strata::test::scalar
