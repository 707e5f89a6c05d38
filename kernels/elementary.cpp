#include "kernels/elementary.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementary.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "kernels/elementary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Function, class D>
std::size_t map_from(D d, std::size_t first, Function function, std::span<const float> src, std::span<float> dst) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = first;
  for (; i + lanes <= src.size(); i += lanes) {
    hn::StoreU(function(d, hn::LoadU(d, src.data() + i)), d, dst.data() + i);
  }
  return i;
}

template <class Function>
void map(Function function, std::span<const float> src, std::span<float> dst) {
  const std::size_t whole = map_from(hn::ScalableTag<float>(), 0, function, src, dst);
  map_from(hn::CappedTag<float, 1>(), whole, function, src, dst);
}

void Exp(std::span<const float> src, std::span<float> dst) {
  map([](auto d, const auto& x) HWY_ATTR { return HWY_NAMESPACE::exp(d, x); }, src, dst);
}

void Expm1(std::span<const float> src, std::span<float> dst) {
  map([](auto d, const auto& x) HWY_ATTR { return HWY_NAMESPACE::expm1(d, x); }, src, dst);
}

void Log(std::span<const float> src, std::span<float> dst) {
  map([](auto d, const auto& x) HWY_ATTR { return HWY_NAMESPACE::log(d, x); }, src, dst);
}

void Sigmoid(std::span<const float> src, std::span<float> dst) {
  map([](auto d, const auto& x) HWY_ATTR { return HWY_NAMESPACE::sigmoid(d, x); }, src, dst);
}

void Tanh(std::span<const float> src, std::span<float> dst) {
  map([](auto d, const auto& x) HWY_ATTR { return HWY_NAMESPACE::tanh(d, x); }, src, dst);
}

void Erf(std::span<const float> src, std::span<float> dst) {
  map([](auto d, const auto& x) HWY_ATTR { return HWY_NAMESPACE::erf(d, x); }, src, dst);
}

void Softplus(std::span<const float> src, std::span<float> dst) {
  map([](auto d, const auto& x) HWY_ATTR { return HWY_NAMESPACE::softplus(d, x); }, src, dst);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

namespace {

/// c[0] + x (c[1] + …), fused.
template <std::size_t n>
double polynomial(double x, const std::array<double, n>& c) {
  double sum = c[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) {
    sum = std::fma(sum, x, c[i]);
  }
  return sum;
}

/// 2/(2k + 3), k = 0 …: the series of (2 atanh(s) - 2 s) / s^3 in s^2.
constexpr std::array<double, 11> atanh_series() {
  std::array<double, 11> c{};
  for (std::size_t k = 0; k < c.size(); ++k) {
    c[k] = 2.0 / (2.0 * static_cast<double>(k) + 3.0);
  }
  return c;
}

/// (-1)^k / (2k)! or (-1)^k / (2k + 1)!: the Taylor series of cos t and of sin(t)/t in t^2.
constexpr std::array<double, 10> alternating_factorials(double first) {
  std::array<double, 10> c{1.0};
  for (std::size_t k = 1; k < c.size(); ++k) {
    const double n = 2.0 * static_cast<double>(k) + first;
    c[k] = -c[k - 1] / (n * (n - 1.0));
  }
  return c;
}

/// 1 / k!: the Taylor series of e^r.
constexpr std::array<double, 14> inverse_factorials() {
  std::array<double, 14> c{1.0};
  for (std::size_t k = 1; k < c.size(); ++k) {
    c[k] = c[k - 1] / static_cast<double>(k);
  }
  return c;
}

constexpr auto kAtanhSeries = atanh_series();
constexpr auto kCosSeries = alternating_factorials(0.0);
constexpr auto kSinSeries = alternating_factorials(1.0);
constexpr auto kExpSeries = inverse_factorials();
constexpr double kLn2High = 6.93147180369123816490e-01;  // 32 bits and trailing zeros
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kPi = 3.14159265358979323846;

}  // namespace

STRATA_EXPORT(Exp);
STRATA_EXPORT(Expm1);
STRATA_EXPORT(Log);
STRATA_EXPORT(Sigmoid);
STRATA_EXPORT(Tanh);
STRATA_EXPORT(Erf);
STRATA_EXPORT(Softplus);

void exp(std::span<const float> src, std::span<float> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(Exp)(src, dst);
}

void expm1(std::span<const float> src, std::span<float> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(Expm1)(src, dst);
}

void log(std::span<const float> src, std::span<float> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(Log)(src, dst);
}

void sigmoid(std::span<const float> src, std::span<float> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(Sigmoid)(src, dst);
}

void tanh(std::span<const float> src, std::span<float> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(Tanh)(src, dst);
}

void erf(std::span<const float> src, std::span<float> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(Erf)(src, dst);
}

void softplus(std::span<const float> src, std::span<float> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(Softplus)(src, dst);
}

double exp(double x) {
  constexpr double kLowest = -708.0;
  constexpr double kInverseLn2 = 1.44269504088896340736;
  constexpr int kExponentBias = 1023;
  if (x < kLowest) {
    return 0;
  }
  // x = n ln 2 + r with |r| <= ln(2)/2.
  const double n = std::nearbyint(x * kInverseLn2);
  const double r = std::fma(-n, kLn2Low, std::fma(-n, kLn2High, x));
  const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + kExponentBias);
  return polynomial(r, kExpSeries) * std::bit_cast<double>(exponent << 52U);
}

double log(double x) {
  // x = m 2^e with m in [sqrt(1/2), sqrt(2)).
  constexpr std::uint64_t kSqrtHalf = 0x3FE6A09E667F3BCDULL;
  const auto bits = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(x) - kSqrtHalf);
  const auto e = static_cast<double>(bits >> 52);
  const double m = std::bit_cast<double>((static_cast<std::uint64_t>(bits) & 0x000FFFFFFFFFFFFFULL) + kSqrtHalf);
  // log m = 2 atanh(s), written as f - (f^2/2 - s (f^2/2 + R)).
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double s2 = s * s;
  const double rest = s2 * polynomial(s2, kAtanhSeries);
  const double half_f2 = 0.5 * f * f;
  const double low = std::fma(s, half_f2 + rest, e * kLn2Low);
  return std::fma(e, kLn2High, f - (half_f2 - low));
}

double cos_pi(double x) {
  // x = q/2 + r with |r| <= 1/4; cos(pi x) is one of cos, -sin, -cos, sin of pi r.
  const double q = std::nearbyint(2.0 * std::fabs(x));
  const double t = kPi * std::fma(-0.5, q, std::fabs(x));
  const double t2 = t * t;
  const auto quarter = static_cast<std::uint64_t>(q) & 3U;
  const double value = quarter % 2 == 0 ? polynomial(t2, kCosSeries) : t * polynomial(t2, kSinSeries);
  return quarter == 1 || quarter == 2 ? -value : value;
}

namespace {

constexpr double kSquareIsZero = 0x1p-538;  // below half of the least denormal

}  // namespace

double power(double x, unsigned long long n) {
  double result = 1.0;
  for (; n != 0; n >>= 1U) {
    if ((n & 1U) != 0) {
      result *= x;
    }
    if (result > 0 && x >= 0 && x < kSquareIsZero && n > 1) {
      return 0.0;  // as a higher bit of n follows; to compute it takes CPUs a hundred cycles
    }
    x *= x;
  }
  return result;
}

Powers::Powers(double x) {
  assert(x >= 0);
  for (std::size_t k = 0; k < squares_.size(); ++k) {
    squares_[k] = x;
    if (x < kSquareIsZero) {
      tiny_ = k;
      break;
    }
    x *= x;
  }
}

double Powers::operator()(unsigned long long n) const {
  if (tiny_ + 1 < squares_.size() && n >> (tiny_ + 1) != 0) {
    return 0.0;  // without products on the way that are denormal, which take CPUs a hundred cycles
  }
  double result = 1.0;
  for (; n != 0; n &= n - 1) {
    result *= squares_[static_cast<std::size_t>(std::countr_zero(n))];
  }
  return result;
}

}  // namespace strata::kernels
#endif
