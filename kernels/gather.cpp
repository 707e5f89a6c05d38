#include "kernels/gather.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gather.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cassert>

#include "kernels/bf16-inl.h"
#include "kernels/panels/line-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// (x - mean) / scale, in double and rounded; `missing` where x is NaN, else x is finite. D: floats, as many as a
/// vector has doubles. Takes feature `f` of each, and those behind it.
template <class D>
HWY_INLINE hn::Vec<D> standardised(D d, const float* HWY_RESTRICT x, const ValueScale& by, std::size_t f) {
  const hn::Rebind<double, D> dd;
  const auto value = hn::LoadU(d, x);
  const auto scale = hn::PromoteTo(dd, hn::LoadU(d, by.scale.data() + f));
  const auto difference = hn::Sub(hn::PromoteTo(dd, value), hn::PromoteTo(dd, hn::LoadU(d, by.mean.data() + f)));
#if HWY_NATIVE_FMA
  // The division's very bits in a third of its time: what is left over makes the first quotient faithful, and what is
  // left over of that makes it the nearest, as the reciprocal is (Markstein 1990, IBM J. Res. Dev. 34). Nothing here
  // can overflow or be denormal, as all are floats; residuals have the sign that keeps that of a zero.
  const auto reciprocal = hn::LoadU(dd, by.reciprocal.data() + f);
  auto quotient = hn::Mul(difference, reciprocal);
  quotient = hn::NegMulAdd(hn::MulSub(quotient, scale, difference), reciprocal, quotient);
  quotient = hn::NegMulAdd(hn::MulSub(quotient, scale, difference), reciprocal, quotient);
#else
  const auto quotient = hn::Div(difference, scale);
#endif
  return hn::IfThenElse(hn::IsNaN(value), hn::LoadU(d, by.missing.data() + f), hn::DemoteTo(d, quotient));
}

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

namespace strata::kernels::panels::HWY_NAMESPACE {

/// A block of 16 features at a time, the last one padded with zeros.
void GatherPixels(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows, const float* factor,
                  const float* offset, Blocked dst, std::size_t first) {
  const D d;
  const hn::Rebind<std::int32_t, D> d32;
  const hn::Rebind<std::uint8_t, D> d8;
  const std::size_t whole = pixels.columns() / kWidth;
  const std::size_t rest = pixels.columns() % kWidth;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    prefetch_row(pixels, rows, i + kRowsAhead);
    const std::uint8_t* src = pixels.row(rows[i]);
    const auto store = [&](const std::uint8_t* from, std::size_t block) HWY_ATTR {
      for (std::size_t v = 0; v < kWidth; v += kLanes) {
        const auto x = hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(d8, from + v)));
        const std::size_t f = block * kWidth + v;
        hn::Store(hn::MulAdd(x, hn::Load(d, factor + f), hn::Load(d, offset + f)), d, dst.at(block, first + i) + v);
      }
    };
    for (std::size_t block = 0; block < whole; ++block) {
      store(src + block * kWidth, block);
    }
    if (rest != 0) {
      std::uint8_t last[kWidth] = {};
      std::copy_n(src + whole * kWidth, rest, last);
      store(last, whole);
    }
  }
}

/// Half a block or less at a time. Past the last feature lie zeros.
void GatherValues(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                  Blocked dst, std::size_t first) {
  if (rows.empty()) {
    return;
  }
  const hn::Rebind<float, hn::CappedTag<double, kWidth>> d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t columns = values.columns();
  const std::size_t whole = columns / lanes * lanes;
  const float* const end = values.row(values.rows() - 1) + columns;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    prefetch_row(values, rows, i + kRowsAhead);
    const float* src = values.row(rows[i]);
    const auto store = [&](std::size_t f, auto v)
                           HWY_ATTR { hn::StoreU(v, d, dst.at(f / kWidth, first + i) + f % kWidth); };
    std::size_t f = 0;
    for (; f < whole; f += lanes) {
      store(f, kernels::HWY_NAMESPACE::standardised(d, src + f, by, f));
    }
    if (f < columns) {
      float last[kWidth] = {};
      const float* from = src + f;  // of the next row, too, but for the last one
      if (end - from < static_cast<std::ptrdiff_t>(lanes)) {
        std::copy_n(from, columns - f, last);
        from = last;
      }
      store(f, hn::IfThenElseZero(hn::FirstN(d, columns - f), kernels::HWY_NAMESPACE::standardised(d, from, by, f)));
      f += lanes;
    }
    for (; f % kWidth != 0; f += lanes) {
      store(f, hn::Zero(d));
    }
  }
}

}  // namespace strata::kernels::panels::HWY_NAMESPACE
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

namespace strata::kernels::panels {

STRATA_EXPORT(GatherPixels);
STRATA_EXPORT(GatherValues);

void gather_blocked(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows, const float* factor,
                    const float* offset, Blocked dst, std::size_t first) {
  STRATA_DISPATCH(GatherPixels)(pixels, rows, factor, offset, dst, first);
}

void gather_blocked(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                    Blocked dst, std::size_t first) {
  STRATA_DISPATCH(GatherValues)(values, rows, by, dst, first);
}

}  // namespace strata::kernels::panels
#endif
