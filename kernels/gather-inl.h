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

/// (x - mean) / scale, in double and rounded; `missing` where x is NaN. D: floats, as many as a vector has doubles.
template <class D>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<D> standardised(D d, const float* HWY_RESTRICT x, const float* HWY_RESTRICT mean,
                                                   const float* HWY_RESTRICT scale, const float* HWY_RESTRICT missing) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Rebind<double, D> dd;
  const auto value = hn::LoadU(d, x);
  const auto difference = hn::Sub(hn::PromoteTo(dd, value), hn::PromoteTo(dd, hn::LoadU(d, mean)));
  const auto quotient = hn::DemoteTo(d, hn::Div(difference, hn::PromoteTo(dd, hn::LoadU(d, scale))));
  return hn::IfThenElse(hn::IsNaN(value), hn::LoadU(d, missing), quotient);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
