// How far a dense layer may be from the oracle's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/activation.h"
#include "tests/kernels/random_values.h"

namespace strata::test {

/// oneDNN's own approximations of exp, erf and tanh: absolute for |x| below 1, relative to |x| above.
inline constexpr double kActivationError = 16 * kRoundoff;

struct Shape {
  std::size_t batch;
  std::size_t inputs;
  std::size_t outputs;
};

inline kernels::Activation with_slope(kernels::ActivationKind kind) {
  return {kind, kind == kernels::ActivationKind::leaky_relu ? 0.2F
                : kind == kernels::ActivationKind::elu      ? 1.0F
                                                            : 0.0F};
}

inline std::vector<double> magnitudes(const std::vector<double>& values) {
  std::vector<double> result;
  for (const double value : values) {
    result.push_back(std::fabs(value));
  }
  return result;
}

/// The largest |value - exact| / bound, and infinite if a value is missing.
inline double worst(const std::vector<float>& values, const std::vector<double>& exact,
                    const std::vector<double>& bounds) {
  double result = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double error = std::fabs(values[i] - exact[i]) / bounds[i];
    result = std::isnan(error) ? INFINITY : std::max(result, error);
  }
  return result;
}

/// Any order of a sum of n products, fused or not, is right to n + 1 roundoffs of the sum of magnitudes.
inline double sum_error(std::size_t n) { return static_cast<double>(n + 1) * kRoundoff; }

}  // namespace strata::test
