// Elementary functions of our own: no libm, so that the same bits come out everywhere.
#pragma once

#include <span>

namespace strata::kernels {

/// dst[i] = e^src[i] in fp32; dst may be src. Accuracy: docs/numerics.md.
void exp(std::span<const float> src, std::span<float> dst);

/// dst[i] = ln src[i] in fp32; dst may be src.
void log(std::span<const float> src, std::span<float> dst);

/// ln x in double for normal positive x, within 2 ulp.
double log(double x);

/// cos(pi x) in double for |x| <= 2^51, within 2 ulp of 1.
double cos_pi(double x);

/// x^n in double by repeated squaring.
double power(double x, unsigned long long n);

}  // namespace strata::kernels
