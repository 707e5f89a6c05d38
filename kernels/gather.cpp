#include "kernels/gather.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gather.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cassert>

#include "kernels/bf16-inl.h"
#include "kernels/gather-inl.h"

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

/// The same of one row of values, with doubles in mind: D has as many floats as a vector has doubles.
template <class T, class D>
std::size_t standardise_from(D d, std::size_t first, const float* HWY_RESTRICT src, const ValueScale& by,
                             T* HWY_RESTRICT dst) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t f = first;
  for (; f + lanes <= by.mean.size(); f += lanes) {
    store_as(d, standardised(d, src + f, by, f), dst + f);
  }
  return f;
}

template <class T>
void gather_rows(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                 MatrixView<T> dst) {
  const hn::Rebind<float, hn::ScalableTag<double>> d;
  const hn::Rebind<float, hn::CappedTag<double, 1>> d1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    prefetch_row(values, rows, i + kRowsAhead);
    const float* src = values.row(rows[i]);
    standardise_from(d1, standardise_from(d, 0, src, by, dst.row(i)), src, by, dst.row(i));
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

void GatherValues(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                  MatrixView<float> dst) {
  gather_rows(values, rows, by, dst);
}

void GatherValuesBf16(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                      MatrixView<Bf16> dst) {
  gather_rows(values, rows, by, dst);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(GatherStandardise);
STRATA_EXPORT(GatherStandardiseBf16);
STRATA_EXPORT(GatherValues);
STRATA_EXPORT(GatherValuesBf16);

void gather_standardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                        std::span<const float> factor, std::span<const float> offset, MatrixView<float> dst) {
  assert(dst.rows() >= rows.size() && factor.size() == dst.columns() && offset.size() == dst.columns());
  STRATA_DISPATCH(GatherStandardise)(pixels, rows, factor, offset, dst);
}

void gather_standardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                        std::span<const float> factor, std::span<const float> offset, MatrixView<Bf16> dst) {
  assert(dst.rows() >= rows.size() && factor.size() == dst.columns() && offset.size() == dst.columns());
  STRATA_DISPATCH(GatherStandardiseBf16)(pixels, rows, factor, offset, dst);
}

void gather_standardise(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                        MatrixView<float> dst) {
  assert(dst.rows() >= rows.size() && by.mean.size() == dst.columns());
  assert(by.scale.size() == dst.columns() && by.missing.size() == dst.columns());
  assert(by.reciprocal.size() == dst.columns());
  STRATA_DISPATCH(GatherValues)(values, rows, by, dst);
}

void gather_standardise(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                        MatrixView<Bf16> dst) {
  assert(dst.rows() >= rows.size() && by.mean.size() == dst.columns());
  assert(by.scale.size() == dst.columns() && by.missing.size() == dst.columns());
  assert(by.reciprocal.size() == dst.columns());
  STRATA_DISPATCH(GatherValuesBf16)(values, rows, by, dst);
}

}  // namespace strata::kernels
#endif
