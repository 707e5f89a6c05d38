// Elementary functions of our own: no libm, so that the same bits come out everywhere.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace strata::kernels {

// Functions of every element of a span, in fp32; dst may be src. Accuracy: docs/numerics.md.

/// e^x
void exp(std::span<const float> src, std::span<float> dst);
/// e^x - 1 for x <= 88
void expm1(std::span<const float> src, std::span<float> dst);
/// ln x
void log(std::span<const float> src, std::span<float> dst);
/// 1 / (1 + e^-x)
void sigmoid(std::span<const float> src, std::span<float> dst);
void tanh(std::span<const float> src, std::span<float> dst);
void erf(std::span<const float> src, std::span<float> dst);
/// ln(1 + e^x)
void softplus(std::span<const float> src, std::span<float> dst);

/// e^x in double for x <= 709, within 2 ulp; 0 below -708, where the result is no longer normal.
double exp(double x);

/// ln x in double for normal positive x, within 2 ulp.
double log(double x);

/// cos(pi x) in double for |x| <= 2^51, within 2 ulp of 1.
double cos_pi(double x);

/// x^n in double by repeated squaring.
double power(double x, unsigned long long n);

/// power(x, n) for an x >= 0 and many n, bit for bit: what squaring gives is kept.
class Powers {
 public:
  explicit Powers(double x);
  double operator()(unsigned long long n) const;

 private:
  std::array<double, 64> squares_{};  ///< x^(2^k)
  std::size_t tiny_ = 64;             ///< the first of them whose square is 0
};

}  // namespace strata::kernels
