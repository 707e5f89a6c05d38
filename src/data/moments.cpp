#include "data/moments.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <mutex>

#include "data/parallel.h"

namespace strata {

namespace {

/// Rows summed in 32 bits before they are added to the 64-bit sums: 255^2 * kPixelBlockRows < 2^32.
constexpr std::size_t kPixelBlockRows = 1024;

/// Exact sums of each feature over some rows.
struct FeatureSums {
  explicit FeatureSums(std::size_t features) : sum(features), squares(features) {}

  std::vector<std::uint64_t> sum;
  std::vector<std::uint64_t> squares;
};

/// Adds up to kPixelBlockRows rows; of `sums` one thread's turn at a time.
void add_block(const MatrixView<const std::uint8_t>& features, std::span<const std::uint32_t> rows, FeatureSums& sums,
               std::mutex& turn) {
  assert(rows.size() <= kPixelBlockRows);
  const std::size_t count = features.columns();
  std::vector<std::uint32_t> sum(count);
  std::vector<std::uint32_t> squares(count);
  for (const std::uint32_t row : rows) {
    const std::uint8_t* const x = features.row(row);
    for (std::size_t f = 0; f < count; ++f) {
      sum[f] += x[f];
      squares[f] += static_cast<std::uint16_t>(x[f] * x[f]);  // 16 bits, for narrow vector products
    }
  }
  const std::scoped_lock lock(turn);
  std::transform(sum.begin(), sum.end(), sums.sum.begin(), sums.sum.begin(), std::plus<std::uint64_t>());
  std::transform(squares.begin(), squares.end(), sums.squares.begin(), sums.squares.begin(),
                 std::plus<std::uint64_t>());
}

FeatureSums sum_pixels(const MatrixView<const std::uint8_t>& features, std::span<const std::uint32_t> rows,
                       int threads) {
  const std::size_t blocks = (rows.size() + kPixelBlockRows - 1) / kPixelBlockRows;
  FeatureSums total(features.columns());
  std::mutex turn;
  on_threads(threads, [&] {
    run_tasks(blocks, [&](std::size_t block) {
      const std::size_t first = block * kPixelBlockRows;
      add_block(features, rows.subspan(first, std::min(kPixelBlockRows, rows.size() - first)), total, turn);
    });
  });
  return total;
}

/// The population variance of n < 2^32 bytes of known sum and sum of squares, to a few ulp; 0 exactly if all are equal.
///
/// With sum = n a + b (0 <= b < n), the deviations from a have the sum b and the sum of squares q = squares - 2 a sum +
/// n a^2, so that n variance = q - b^2/n; with b^2 = n c + d this is (q - c) - d/n. q, c and d are 64-bit integers.
/// (Unless all bytes are equal, it is at least 1 - 1/n, as n - 1 pairs differ by 1 or more: nothing cancels.)
double variance(std::uint64_t n, std::uint64_t sum, std::uint64_t squares) {
  const std::uint64_t a = sum / n;
  const std::uint64_t b = sum % n;
  const std::uint64_t q = squares + n * a * a - 2 * a * sum;
  const std::uint64_t c = b * b / n;
  const std::uint64_t d = b * b % n;
  const auto count = static_cast<double>(n);
  return (static_cast<double>(q - c) - static_cast<double>(d) / count) / count;
}

/// Rows whose values are added one after the other.
constexpr std::size_t kValueBlockRows = 64;
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
    const std::size_t first = block * kValueBlockRows;
    for (const std::uint32_t row : rows.subspan(first, std::min(kValueBlockRows, rows.size() - first))) {
      add(values.row(row), sums);
    }
    return sums;
  };
  Sums all;
  on_threads(threads, [&] { all = sum_tree(0, (rows.size() + kValueBlockRows - 1) / kValueBlockRows, chain); });
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

std::vector<Moments> pixel_moments(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                                   int threads) {
  assert(!rows.empty());
  const FeatureSums sums = sum_pixels(pixels, rows, threads);
  const std::uint64_t n = rows.size();
  std::vector<Moments> moments;
  for (std::size_t f = 0; f < sums.sum.size(); ++f) {
    const double spread = variance(n, sums.sum[f], sums.squares[f]);
    moments.push_back({n, static_cast<double>(sums.sum[f]) / static_cast<double>(n), spread, spread == 0});
  }
  return moments;
}

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

}  // namespace

std::vector<Moments> moments(const FeaturesView& features, std::span<const std::uint32_t> rows, int threads) {
  return features.are_pixels() ? pixel_moments(features.pixels, rows, threads)
                               : value_moments(features.values, rows, threads);
}

}  // namespace strata
