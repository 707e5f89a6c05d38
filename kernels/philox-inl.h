// Philox4x32-10 (core/random.h) for several counters at once, one a 64-bit lane.

// Per-target include guard.
#if defined(STRATA_KERNELS_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_PHILOX_INL_H_
#undef STRATA_KERNELS_PHILOX_INL_H_
#else
#define STRATA_KERNELS_PHILOX_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <cstdint>

#include "core/random.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

// A scalar "vector" has no room for a product of two words.
#if HWY_TARGET != HWY_SCALAR

/// Each round's key.
class PhiloxKeys {
 public:
  explicit PhiloxKeys(std::array<std::uint32_t, 2> key) {
    for (auto& round : rounds_) {
      round = {key[0], key[1]};
      key[0] += kPhiloxKeySteps[0];
      key[1] += kPhiloxKeySteps[1];
    }
  }

  /// Makes counters the words that they stand for. A word is the low half of its lane; what multiplies reads no more,
  /// so that the high halves may hold anything.
  template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
  HWY_INLINE void encrypt(D d, V& x0, V& x1, V& x2, V& x3) const {
    namespace hn = hwy::HWY_NAMESPACE;
    const hn::Repartition<std::uint32_t, D> halves;
    const auto multiplier0 = hn::BitCast(halves, hn::Set(d, kPhiloxMultipliers[0]));
    const auto multiplier1 = hn::BitCast(halves, hn::Set(d, kPhiloxMultipliers[1]));
    HWY_UNROLL(kPhiloxRounds)
    for (const auto& key : rounds_) {
      const V product0 = hn::MulEven(hn::BitCast(halves, x0), multiplier0);
      const V product1 = hn::MulEven(hn::BitCast(halves, x2), multiplier1);
      x0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), x1), hn::Set(d, key[0]));
      x1 = product1;
      x2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), x3), hn::Set(d, key[1]));
      x3 = product0;
    }
  }

 private:
  std::array<std::array<std::uint64_t, 2>, kPhiloxRounds> rounds_;
};

/// The low halves of `low` and `high` as one word in each lane.
template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V joined(D d, V low, V high) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Repartition<std::uint32_t, D> halves;
  return hn::BitCast(d, hn::OddEven(hn::BitCast(halves, hn::ShiftLeft<32>(high)), hn::BitCast(halves, low)));
}

#endif

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
