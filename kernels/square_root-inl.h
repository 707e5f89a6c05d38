// The square root, rounded as IEEE 754 asks, by the multipliers where the CPU's own root takes longer.

// Per-target include guard.
#if defined(STRATA_KERNELS_SQUARE_ROOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_SQUARE_ROOT_INL_H_
#undef STRATA_KERNELS_SQUARE_ROOT_INL_H_
#else
#define STRATA_KERNELS_SQUARE_ROOT_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// The root of each lane, to the same bits as Sqrt. With AVX-512 an optimizer's root and division, which one unit
/// computes, take 20 cycles for 16 weights: the root is taken off it, by an estimate of 14 bits, one Newton step for
/// root and reciprocal at once, and the exact remainder (P. Markstein, IA-64 and Elementary Functions, 2000, chapter
/// 9). Where that remainder could not be exact (0, tiny, huge, not a number), the CPU's root is used.
template <class D, class V>
HWY_INLINE V square_root(D d, V x) {
  constexpr bool kHasEstimate = HWY_TARGET <= HWY_AVX3 && MaxLanes(D()) == 16;  // shorter vectors have 11 bits
  if (kHasEstimate && HWY_LIKELY(AllTrue(d, And(Ge(x, Set(d, 0x1p-100F)), Le(x, Set(d, 0x1p100F)))))) {
    const V half = Set(d, 0.5F);
    const V estimate = ApproximateReciprocalSqrt(x);
    const V root = Mul(x, estimate);
    const V half_reciprocal = Mul(half, estimate);
    const V error = NegMulAdd(root, half_reciprocal, half);
    const V better = MulAdd(root, error, root);
    return MulAdd(NegMulAdd(better, better, x), MulAdd(half_reciprocal, error, half_reciprocal), better);
  }
  return Sqrt(x);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
