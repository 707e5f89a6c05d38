// Long series as few points that hide nothing: each stands for a range of values with its lowest, mean and highest.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

namespace strata {

/// The values first … last - 1 of a series.
struct Bucket {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Cuts `count` values into at most `most` buckets of equal size, give or take one; none is empty.
std::vector<Bucket> buckets(std::size_t count, std::size_t most);

/// `min`, `mean` and `max` of each bucket's finite values (null where there are none), and `missing`, how many of its
/// values are not finite; without `missing` if all are finite, `mean` alone if each bucket has one value.
nlohmann::ordered_json envelope(std::span<const double> values, std::span<const Bucket> buckets);

/// Each bucket's last value.
nlohmann::ordered_json last_values(std::span<const double> values, std::span<const Bucket> buckets);

}  // namespace strata
