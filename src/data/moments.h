// Mean and variance of each feature over some rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"

namespace strata {

/// Of one feature, over its values that are not missing.
struct Moments {
  std::uint64_t count = 0;  ///< of those values
  double mean = 0;
  double variance = 0;    ///< of the population
  bool constant = false;  ///< the variance is 0, or no more than rounding may leave of a constant's
};

/// The moments of each feature; `rows` are not empty. The same bits for every number of threads: pixels are added as
/// whole numbers, values in double in the order of docs/numerics.md.
std::vector<Moments> moments(const FeaturesView& features, std::span<const std::uint32_t> rows, int threads);

}  // namespace strata
