#include "kernels/gather.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gather.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cassert>

#include "kernels/bf16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Features first, first + Lanes(d), … of one row, as long as whole vectors fit; returns where it stopped.
template <class T, class D>
std::size_t standardise_from(D d, std::size_t first, const std::uint8_t* HWY_RESTRICT src,
                             std::span<const float> factor, std::span<const float> offset, T* HWY_RESTRICT dst) {
  const hn::Rebind<std::int32_t, D> d32;
  const hn::Rebind<std::uint8_t, D> d8;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t f = first;
  for (; f + lanes <= factor.size(); f += lanes) {
    const auto x = hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(d8, src + f)));
    store_as(d, hn::MulAdd(x, hn::LoadU(d, factor.data() + f), hn::LoadU(d, offset.data() + f)), dst + f);
  }
  return f;
}

template <class T>
void gather_rows(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                 std::span<const float> factor, std::span<const float> offset, MatrixView<T> dst) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    prefetch_row(pixels, rows, i + kRowsAhead);
    const std::uint8_t* src = pixels.row(rows[i]);
    const std::size_t whole = standardise_from(hn::ScalableTag<float>(), 0, src, factor, offset, dst.row(i));
    standardise_from(hn::CappedTag<float, 1>(), whole, src, factor, offset, dst.row(i));
  }
}

void GatherStandardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                       std::span<const float> factor, std::span<const float> offset, MatrixView<float> dst) {
  gather_rows(pixels, rows, factor, offset, dst);
}

void GatherStandardiseBf16(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                           std::span<const float> factor, std::span<const float> offset, MatrixView<Bf16> dst) {
  gather_rows(pixels, rows, factor, offset, dst);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

HWY_EXPORT(GatherStandardise);
HWY_EXPORT(GatherStandardiseBf16);

void gather_standardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                        std::span<const float> factor, std::span<const float> offset, MatrixView<float> dst) {
  assert(dst.rows() >= rows.size() && factor.size() == dst.columns() && offset.size() == dst.columns());
  HWY_DYNAMIC_DISPATCH(GatherStandardise)(pixels, rows, factor, offset, dst);
}

void gather_standardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                        std::span<const float> factor, std::span<const float> offset, MatrixView<Bf16> dst) {
  assert(dst.rows() >= rows.size() && factor.size() == dst.columns() && offset.size() == dst.columns());
  HWY_DYNAMIC_DISPATCH(GatherStandardiseBf16)(pixels, rows, factor, offset, dst);
}

}  // namespace strata::kernels
#endif
