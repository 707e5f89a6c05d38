#include "kernels/sums.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <bit>
#include <cassert>

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Outputs first, first + kVectors * Lanes(d), … as long as whole groups fit; returns where it stopped.
/// A square of two floats is exact in double, so that a fused multiply-add rounds as two operations do.
template <std::size_t kVectors, class D>
std::size_t add_squares_from(D d, std::size_t first, MatrixView<const float> gradient, std::span<double> sums) {
  const hn::Rebind<float, D> d32;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t output = first;
  for (; output + kVectors * lanes <= gradient.columns(); output += kVectors * lanes) {
    hn::Vec<D> sum[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
      sum[v] = hn::LoadU(d, sums.data() + output + v * lanes);
    }
    for (std::size_t input = 0; input < gradient.rows(); ++input) {
      const float* row = gradient.row(input) + output;
      for (std::size_t v = 0; v < kVectors; ++v) {
        const auto g = hn::PromoteTo(d, hn::LoadU(d32, row + v * lanes));
        sum[v] = hn::MulAdd(g, g, sum[v]);
      }
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
      hn::StoreU(sum[v], d, sums.data() + output + v * lanes);
    }
  }
  return output;
}

void AddSquares(MatrixView<const float> gradient, std::span<double> sums) {
  const std::size_t groups = add_squares_from<4>(hn::CappedTag<double, 4>(), 0, gradient, sums);
  add_squares_from<1>(hn::CappedTag<double, 1>(), groups, gradient, sums);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(AddSquares);

void add_squares(MatrixView<const float> gradient, std::span<double> sums) {
  assert(sums.size() == gradient.columns());
  STRATA_DISPATCH(AddSquares)(gradient, sums);
}

double sum_of_blocks(std::span<const double> blocks) {
  if (blocks.size() == 1) {
    return blocks.front();
  }
  const std::size_t middle = std::bit_floor(blocks.size() - 1);
  return sum_of_blocks(blocks.first(middle)) + sum_of_blocks(blocks.subspan(middle));
}

double sum_in_blocks(std::span<const float> values) {
  constexpr std::size_t kBlock = 64;
  if (values.size() <= kBlock) {
    double sum = 0;
    for (const float value : values) {
      sum += value;
    }
    return sum;
  }
  const std::size_t blocks = (values.size() + kBlock - 1) / kBlock;
  const std::size_t middle = std::bit_floor(blocks - 1) * kBlock;
  return sum_in_blocks(values.first(middle)) + sum_in_blocks(values.subspan(middle));
}

}  // namespace strata::kernels
#endif
