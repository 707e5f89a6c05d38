
#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

#include "data/moments.h"
#include "data/parallel.h"

namespace strata {

namespace {

constexpr std::size_t kBlockRows = 64;
/// Blocks from which on a sum is worth a second thread.
constexpr std::size_t kParallelBlocks = 16;

using Sums = std::vector<double>;

/// The sums of blocks first … last - 1, each of which chain(block) gives, added in a fixed binary tree.
template <class Chain>
Sums sum_tree(std::size_t first, std::size_t last, const Chain& chain) {
  if (last - first == 1) {
    return chain(first);
  }
  const std::size_t middle = first + std::bit_floor(last - first - 1);
  Sums left;
  Sums right;
  const auto sum_left = [&] { left = sum_tree(first, middle, chain); };
  const auto sum_right = [&] { right = sum_tree(middle, last, chain); };
  if (last - first >= kParallelBlocks) {
    run_both(sum_left, sum_right);
  } else {
    sum_left();
    sum_right();
  }
  std::transform(left.begin(), left.end(), right.begin(), left.begin(), std::plus<>());
  return left;
}

/// Sums of `count` terms: add(values of a row, sums) adds those of one row to the sums of its block.
template <class Add>
Sums sum_rows(MatrixView<const float> values, std::span<const std::uint32_t> rows, std::size_t count, int threads,
              const Add& add) {
  const auto chain = [&](std::size_t block) {
    Sums sums(count);
    const std::size_t first = block * kBlockRows;
    for (const std::uint32_t row : rows.subspan(first, std::min(kBlockRows, rows.size() - first))) {
      add(values.row(row), sums);
    }
    return sums;
  };
  Sums all;
  on_threads(threads, [&] { all = sum_tree(0, (rows.size() + kBlockRows - 1) / kBlockRows, chain); });
  return all;
}

/// A value as computing threads read it, whether this one flushes denormals or not.
double flushed(float x) { return std::abs(x) < std::numeric_limits<float>::min() ? 0.0 : double{x}; }

/// scikit-learn's rule: the largest variance that two passes in double may find for a constant (Chan, Golub & LeVeque).
bool is_constant(const Moments& feature) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  const auto n = static_cast<double>(feature.count);
  const double rounding = n * feature.mean * kEpsilon;
  return feature.variance <= n * kEpsilon * feature.variance + rounding * rounding;
}

/// The sum of each feature's values that are there, then how many these are.
Sums sums_and_counts(MatrixView<const float> values, std::span<const std::uint32_t> rows, int threads) {
  const std::size_t features = values.columns();
  return sum_rows(values, rows, 2 * features, threads, [features](const float* x, Sums& sums) {
    for (std::size_t f = 0; f < features; ++f) {
      const bool there = !std::isnan(x[f]);
      sums[f] += there ? flushed(x[f]) : 0.0;
      sums[features + f] += there ? 1.0 : 0.0;
    }
  });
}

/// The sum of each feature's squared deviations.
Sums squared_deviations(MatrixView<const float> values, std::span<const std::uint32_t> rows,
                        std::span<const Moments> fitted, int threads) {
  return sum_rows(values, rows, fitted.size(), threads, [fitted](const float* x, Sums& sums) {
    for (std::size_t f = 0; f < fitted.size(); ++f) {
      const double deviation = std::isnan(x[f]) ? 0.0 : flushed(x[f]) - fitted[f].mean;
      sums[f] += deviation * deviation;
    }
  });
}

}  // namespace

std::vector<Moments> value_moments(MatrixView<const float> values, std::span<const std::uint32_t> rows, int threads) {
  assert(!rows.empty());
  const std::size_t features = values.columns();
  std::vector<Moments> moments(features);
  const Sums sums = sums_and_counts(values, rows, threads);
  for (std::size_t f = 0; f < features; ++f) {
    moments[f].count = static_cast<std::uint64_t>(sums[features + f]);
    moments[f].mean = moments[f].count == 0 ? 0.0 : sums[f] / sums[features + f];
  }
  const Sums squares = squared_deviations(values, rows, moments, threads);
  for (std::size_t f = 0; f < features; ++f) {
    moments[f].variance = moments[f].count == 0 ? 0.0 : squares[f] / sums[features + f];
    moments[f].constant = is_constant(moments[f]);
  }
  return moments;
}

std::vector<Moments> moments(const FeaturesView& features, std::span<const std::uint32_t> rows, int threads) {
  return features.are_pixels() ? pixel_moments(features.pixels, rows, threads)
                               : value_moments(features.values, rows, threads);
}

}  // namespace strata
