// exp, log and their kin in fp32: our own, the same bits in any lane of a vector with fused multiply-adds.
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

/// e^x - 1 for x up to 88; -1 below -25. NaN where x is.
template <class D, class V>
HWY_INLINE V expm1(D d, V x) {
  const hwy::HWY_NAMESPACE::RebindToSigned<D> di;
  constexpr float kTaylor[] = {1.0F / 2, 1.0F / 6, 1.0F / 24, 1.0F / 120, 1.0F / 720, 1.0F / 5040};
  const V clamped = Min(Max(x, Set(d, -25.0F)), Set(d, 88.0F));
  const V n = Round(Mul(clamped, Set(d, 1.44269504088896341F)));
  V r = NegMulAdd(n, Set(d, 0.693145751953125F), clamped);
  r = NegMulAdd(n, Set(d, 1.42860682030941723212e-6F), r);
  // 2^n (e^r - 1) + (2^n - 1): exact for n = 0.
  const V p = MulAdd(Mul(r, r), polynomial(d, r, kTaylor), r);
  const V power = power_of_two(d, ConvertTo(di, n));
  return IfThenElse(IsNaN(x), x, MulAdd(power, p, Sub(power, Set(d, 1.0F))));
}

/// log((1 + f) 2^e) for 1 + f in [sqrt(1/2), sqrt(2)).
template <class D, class V>
HWY_INLINE V log_of(D d, V f, V e) {
  // log(1 + f) = 2 atanh(s) with s = f / (2 + f), as f - f^2/2 + s (f^2/2 + R), R the rest of the series in s^2.
  constexpr float kSeries[] = {2.0F / 3, 2.0F / 5, 2.0F / 7, 2.0F / 9, 2.0F / 11};
  const V s = Div(f, Add(Set(d, 2.0F), f));
  const V s2 = Mul(s, s);
  const V rest = Mul(s2, polynomial(d, s2, kSeries));
  const V half_f2 = Mul(Mul(Set(d, 0.5F), f), f);
  const V low = MulAdd(s, Add(half_f2, rest), Mul(e, Set(d, 1.42860682030941723212e-6F)));
  return MulAdd(e, Set(d, 0.693145751953125F), Sub(f, Sub(half_f2, low)));
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
  const V finite = log_of(d, Sub(m, Set(d, 1.0F)), e);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const V special = IfThenElse(Eq(x, Set(d, 0.0F)), Set(d, -kInfinity),
                               IfThenElse(Lt(x, Set(d, 0.0F)), Set(d, std::numeric_limits<float>::quiet_NaN()), x));
  return IfThenElse(And(Gt(x, Set(d, 0.0F)), Lt(x, Set(d, kInfinity))), finite, special);
}

/// log(1 + x) for x in [0, 1].
template <class D, class V>
HWY_INLINE V log1p_of_fraction(D d, V x) {
  const auto upper = Gt(x, Set(d, 0.41421356F));
  const V f = IfThenElse(upper, Mul(Set(d, 0.5F), Sub(x, Set(d, 1.0F))), x);
  return log_of(d, f, IfThenElse(upper, Set(d, 1.0F), Set(d, 0.0F)));
}

/// 1 / (1 + e^-x)
template <class D, class V>
HWY_INLINE V sigmoid(D d, V x) {
  return Div(Set(d, 1.0F), Add(Set(d, 1.0F), exp(d, Neg(x))));
}

template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  const V twice = Min(Add(Abs(x), Abs(x)), Set(d, 25.0F));
  const V t = expm1(d, twice);
  return IfThenElse(IsNaN(x), x, CopySign(Div(t, Add(t, Set(d, 2.0F))), x));
}

/// The error function: x + x P(x^2) up to 1, then 1 - e^-Q(x); P and Q fitted to fp32's accuracy.
template <class D, class V>
HWY_INLINE V erf(D d, V x) {
  constexpr float kP[] = {0.128379166F,   -0.376126379F,    0.112837821F,    -0.0268654302F,
                          0.00522103161F, -0.000848408032F, 0.000112659589F, -9.66704465e-06F};
  constexpr float kQ[] = {-0.00020435988F, 1.1296612F,       0.633039594F,    0.108638994F,    -0.0253735557F,
                          0.00428238278F,  -0.000463788019F, 2.53148064e-05F, -2.51326497e-07F};
  const V size = Min(Abs(x), Set(d, 4.0F));
  const V inner = MulAdd(size, polynomial(d, Mul(size, size), kP), size);
  const V outer = Sub(Set(d, 1.0F), exp(d, Neg(polynomial(d, size, kQ))));
  const V positive = IfThenElse(Lt(size, Set(d, 1.0F)), inner, outer);
  return IfThenElse(IsNaN(x), x, CopySign(positive, x));
}

/// log(1 + e^x)
template <class D, class V>
HWY_INLINE V softplus(D d, V x) {
  return Add(Max(x, Set(d, 0.0F)), log1p_of_fraction(d, exp(d, Neg(Abs(x)))));
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
