// kernels/elementary-inl.h one float at a time: the same formulas and order of operations without a vector, so that
// results can be held to it bit for bit. Denormals must be flushed: kernels/denormals.h.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace strata::test::scalar {

template <std::size_t n>
float polynomial(float x, const float (&c)[n]) {
  float sum = c[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) {
    sum = std::fma(sum, x, c[i]);
  }
  return sum;
}

inline float power_of_two(std::int32_t n) { return std::bit_cast<float>(static_cast<std::uint32_t>(n + 127) << 23U); }

/// x = n ln 2 + r.
struct Reduced {
  float n;
  float r;
};

inline Reduced reduce(float x) {
  const float n = std::nearbyint(x * 1.44269504088896341F);
  const float r = std::fma(-n, 0.693145751953125F, x);
  return {n, std::fma(-n, 1.42860682030941723212e-6F, r)};
}

inline float exp(float x) {
  constexpr float kTaylor[] = {1.0F, 1.0F, 1.0F / 2, 1.0F / 6, 1.0F / 24, 1.0F / 120, 1.0F / 720, 1.0F / 5040};
  if (std::isnan(x)) {
    return x;
  }
  const auto [n, r] = reduce(std::clamp(x, -104.0F, 89.0F));
  const auto whole = static_cast<std::int32_t>(n);
  const std::int32_t half = whole >> 1;
  return polynomial(r, kTaylor) * power_of_two(half) * power_of_two(whole - half);
}

inline float expm1(float x) {
  constexpr float kTaylor[] = {1.0F / 2, 1.0F / 6, 1.0F / 24, 1.0F / 120, 1.0F / 720, 1.0F / 5040};
  if (std::isnan(x)) {
    return x;
  }
  const auto [n, r] = reduce(std::clamp(x, -25.0F, 88.0F));
  const float p = std::fma(r * r, polynomial(r, kTaylor), r);
  const float power = power_of_two(static_cast<std::int32_t>(n));
  return std::fma(power, p, power - 1.0F);
}

/// log((1 + f) 2^e)
inline float log_of(float f, float e) {
  constexpr float kSeries[] = {2.0F / 3, 2.0F / 5, 2.0F / 7, 2.0F / 9, 2.0F / 11};
  const float s = f / (2.0F + f);
  const float s2 = s * s;
  const float rest = s2 * polynomial(s2, kSeries);
  const float half_f2 = 0.5F * f * f;
  const float low = std::fma(s, half_f2 + rest, e * 1.42860682030941723212e-6F);
  return std::fma(e, 0.693145751953125F, f - (half_f2 - low));
}

inline float log(float x) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (x == 0) {
    return -kInfinity;
  }
  if (x < 0) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  if (!(x < kInfinity)) {
    return x;
  }
  constexpr std::int32_t kOffset = 0x3F3504F3;
  const std::int32_t bits = std::bit_cast<std::int32_t>(x) - kOffset;
  const float m = std::bit_cast<float>((bits & 0x007FFFFF) + kOffset);
  return log_of(m - 1.0F, static_cast<float>(bits >> 23));
}

inline float sigmoid(float x) { return 1.0F / (1.0F + exp(-x)); }

inline float tanh(float x) {
  if (std::isnan(x)) {
    return x;
  }
  const float t = expm1(std::min(std::fabs(x) + std::fabs(x), 25.0F));
  return std::copysign(t / (t + 2.0F), x);
}

inline float erf(float x) {
  constexpr float kP[] = {0.128379166F,   -0.376126379F,    0.112837821F,    -0.0268654302F,
                          0.00522103161F, -0.000848408032F, 0.000112659589F, -9.66704465e-06F};
  constexpr float kQ[] = {-0.00020435988F, 1.1296612F,       0.633039594F,    0.108638994F,    -0.0253735557F,
                          0.00428238278F,  -0.000463788019F, 2.53148064e-05F, -2.51326497e-07F};
  if (std::isnan(x)) {
    return x;
  }
  const float size = std::min(std::fabs(x), 4.0F);
  const float positive =
      size < 1.0F ? std::fma(size, polynomial(size * size, kP), size) : 1.0F - exp(-polynomial(size, kQ));
  return std::copysign(positive, x);
}

inline float log1p_of_fraction(float x) { return x > 0.41421356F ? log_of(0.5F * (x - 1.0F), 1.0F) : log_of(x, 0.0F); }

inline float softplus(float x) { return (x > 0 ? x : 0.0F) + log1p_of_fraction(exp(-std::fabs(x))); }

}  // namespace strata::test::scalar
