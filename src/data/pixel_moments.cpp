#include <algorithm>
#include <cassert>
#include <cstddef>
#include <functional>
#include <mutex>

#include "data/moments.h"
#include "data/parallel.h"

namespace strata {

namespace {

/// Rows summed in 32 bits before they are added to the 64-bit sums: 255^2 * kBlockRows < 2^32.
constexpr std::size_t kBlockRows = 1024;

/// Exact sums of each feature over some rows.
struct FeatureSums {
  explicit FeatureSums(std::size_t features) : sum(features), squares(features) {}

  std::vector<std::uint64_t> sum;
  std::vector<std::uint64_t> squares;
};

/// Adds up to kBlockRows rows; of `sums` one thread's turn at a time.
void add_block(const MatrixView<const std::uint8_t>& features, std::span<const std::uint32_t> rows, FeatureSums& sums,
               std::mutex& turn) {
  assert(rows.size() <= kBlockRows);
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

FeatureSums sum_rows(const MatrixView<const std::uint8_t>& features, std::span<const std::uint32_t> rows, int threads) {
  const std::size_t blocks = (rows.size() + kBlockRows - 1) / kBlockRows;
  FeatureSums total(features.columns());
  std::mutex turn;
  on_threads(threads, [&] {
    run_tasks(blocks, [&](std::size_t block) {
      const std::size_t first = block * kBlockRows;
      add_block(features, rows.subspan(first, std::min(kBlockRows, rows.size() - first)), total, turn);
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

}  // namespace

std::vector<Moments> pixel_moments(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                                   int threads) {
  assert(!rows.empty());
  const FeatureSums sums = sum_rows(pixels, rows, threads);
  const std::uint64_t n = rows.size();
  std::vector<Moments> moments;
  for (std::size_t f = 0; f < sums.sum.size(); ++f) {
    const double spread = variance(n, sums.sum[f], sums.squares[f]);
    moments.push_back({n, static_cast<double>(sums.sum[f]) / static_cast<double>(n), spread, spread == 0});
  }
  return moments;
}

}  // namespace strata
