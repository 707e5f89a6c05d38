// exp and log in fp32: our own, the same bits in a scalar and in any lane of a vector with fused multiply-adds.
// Accuracy and derivation: docs/numerics.md.

// Per-target include guard.
#if defined(STRATA_KERNELS_ELEMENTARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_ELEMENTARY_INL_H_
#undef STRATA_KERNELS_ELEMENTARY_INL_H_
#else
#define STRATA_KERNELS_ELEMENTARY_INL_H_
#endif

#include <hwy/highway.h>

#include <limits>

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// c[0] + x (c[1] + x (c[2] + …)), fused.
template <class D, class V, std::size_t n>
HWY_INLINE V polynomial(D d, V x, const float (&c)[n]) {
  V sum = Set(d, c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) {
    sum = MulAdd(sum, x, Set(d, c[i]));
  }
  return sum;
}

/// 2^n for whole n in [-126, 127].
template <class D, class VI>
HWY_INLINE auto power_of_two(D d, VI n) {
  const hwy::HWY_NAMESPACE::RebindToSigned<D> di;
  return BitCast(d, hwy::HWY_NAMESPACE::ShiftLeft<23>(Add(n, Set(di, 127))));
}

/// e^x. Denormal results are zero; infinite above 88.72.
template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  const hwy::HWY_NAMESPACE::RebindToSigned<D> di;
  constexpr float kTaylor[] = {1.0F, 1.0F, 1.0F / 2, 1.0F / 6, 1.0F / 24, 1.0F / 120, 1.0F / 720, 1.0F / 5040};
  // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, the first with trailing zeros.
  const V clamped = Min(Max(x, Set(d, -104.0F)), Set(d, 89.0F));
  const V n = Round(Mul(clamped, Set(d, 1.44269504088896341F)));
  V r = NegMulAdd(n, Set(d, 0.693145751953125F), clamped);
  r = NegMulAdd(n, Set(d, 1.42860682030941723212e-6F), r);
  // 2^n in two factors: n reaches 128 and -150.
  const auto whole = ConvertTo(di, n);
  const auto half = hwy::HWY_NAMESPACE::ShiftRight<1>(whole);
  const V scaled = Mul(Mul(polynomial(d, r, kTaylor), power_of_two(d, half)), power_of_two(d, Sub(whole, half)));
  return IfThenElse(IsNaN(x), x, scaled);
}

/// The natural logarithm of a normal positive x; minus infinity at 0, infinity at infinity, NaN below 0.
template <class D, class V>
HWY_INLINE V log(D d, V x) {
  const hwy::HWY_NAMESPACE::RebindToSigned<D> di;
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)): the offset moves the boundary of the exponent field to sqrt(1/2).
  const auto offset = Set(di, 0x3F3504F3);
  const auto bits = Sub(BitCast(di, x), offset);
  const V e = ConvertTo(d, hwy::HWY_NAMESPACE::ShiftRight<23>(bits));
  const V m = BitCast(d, Add(And(bits, Set(di, 0x007FFFFF)), offset));
  // log(1 + f) = 2 atanh(s) with s = f / (2 + f), as f - f^2/2 + s (f^2/2 + R), R the rest of the series in s^2.
  constexpr float kSeries[] = {2.0F / 3, 2.0F / 5, 2.0F / 7, 2.0F / 9, 2.0F / 11};
  const V f = Sub(m, Set(d, 1.0F));
  const V s = Div(f, Add(Set(d, 2.0F), f));
  const V s2 = Mul(s, s);
  const V rest = Mul(s2, polynomial(d, s2, kSeries));
  const V half_f2 = Mul(Mul(Set(d, 0.5F), f), f);
  const V low = MulAdd(s, Add(half_f2, rest), Mul(e, Set(d, 1.42860682030941723212e-6F)));
  const V finite = MulAdd(e, Set(d, 0.693145751953125F), Sub(f, Sub(half_f2, low)));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const V special = IfThenElse(Eq(x, Set(d, 0.0F)), Set(d, -kInfinity),
                               IfThenElse(Lt(x, Set(d, 0.0F)), Set(d, std::numeric_limits<float>::quiet_NaN()), x));
  return IfThenElse(And(Gt(x, Set(d, 0.0F)), Lt(x, Set(d, kInfinity))), finite, special);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
