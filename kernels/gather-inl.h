// Standardisation of values over vectors, in double: the same bits on every instruction set.

// Per-target include guard.
#if defined(STRATA_KERNELS_GATHER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_GATHER_INL_H_
#undef STRATA_KERNELS_GATHER_INL_H_
#else
#define STRATA_KERNELS_GATHER_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/gather.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// (x - mean) / scale, in double and rounded; `missing` where x is NaN, else x is finite. D: floats, as many as a
/// vector has doubles. Takes feature `f` of each, and those behind it.
template <class D>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<D> standardised(D d, const float* HWY_RESTRICT x, const ValueScale& by,
                                                   std::size_t f) {
  namespace hn = hwy::HWY_NAMESPACE;
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

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
