// Rounding to bf16 over vectors, by integer operations: the same bits as to_bf16 on every instruction set.

// Per-target include guard.
#if defined(STRATA_KERNELS_BF16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_BF16_INL_H_
#undef STRATA_KERNELS_BF16_INL_H_
#else
#define STRATA_KERNELS_BF16_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/bf16.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// Each lane's bf16 in its upper half; the lower half is what rounding left there.
template <class D, class V>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<hwy::HWY_NAMESPACE::RebindToUnsigned<D>> rounded_upper_half(D d, V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::BitCast(du, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1U));
  const auto nearest = hn::Add(hn::Add(bits, hn::Set(du, 0x7FFFU)), odd);
  const auto quiet = hn::Or(bits, hn::Set(du, 0x00400000U));
  return hn::BitCast(du, hn::IfThenElse(hn::IsNaN(x), hn::BitCast(d, quiet), hn::BitCast(d, nearest)));
}

/// Stores the lanes as fp32, or rounded to bf16.
template <class D, class V>
HWY_INLINE void store_as(D d, V x, float* HWY_RESTRICT dst) {
  hwy::HWY_NAMESPACE::StoreU(x, d, dst);
}
template <class D, class V>
HWY_INLINE void store_as(D d, V x, Bf16* HWY_RESTRICT dst) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToSigned<D> d32;
  const hn::Rebind<std::uint16_t, D> d16;
  // Shifted as unsigned numbers, the halves are from 0 to 65535, so that the saturating conversion changes none.
  const auto halves = hn::BitCast(d32, hn::ShiftRight<16>(rounded_upper_half(d, x)));
  hn::StoreU(hn::DemoteTo(d16, halves), d16, reinterpret_cast<std::uint16_t*>(dst));
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
