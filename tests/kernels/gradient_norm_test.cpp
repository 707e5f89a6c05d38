#include "kernels/gradient_norm.h"

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/kernels/random_values.h"

namespace kernels_gradient_norm_test {

using namespace strata;
using namespace strata::test;

TEST_CASE("squares are added in double, output by output, inputs in order", "[kernels]") {
  for (const std::size_t inputs : {0U, 1U, 3U, 100U}) {
    for (const std::size_t outputs : {1U, 2U, 15U, 16U, 17U, 40U}) {
      CAPTURE(inputs, outputs);
      const std::size_t stride = outputs + 3;
      const auto gradient = random_floats(inputs * stride + 1, -1, 1, inputs * 100 + outputs);
      std::vector<double> expected = to_double(random_floats(outputs, 0, 1, 1));
      std::vector<double> sums = expected;
      for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t o = 0; o < outputs; ++o) {
          const double g = gradient[i * stride + o];
          expected[o] = std::fma(g, g, expected[o]);
        }
      }
      kernels::add_squares({gradient.data(), inputs, outputs, stride}, sums);
      CHECK(sums == expected);
    }
  }
}

TEST_CASE("squares of the largest floats do not overflow, and what is no number stays so", "[kernels]") {
  const std::vector<float> gradient{std::numeric_limits<float>::max(), std::numeric_limits<float>::quiet_NaN(),
                                    std::numeric_limits<float>::infinity()};
  std::vector<double> sums(3, 0.0);
  kernels::add_squares({gradient.data(), 1, 3}, sums);
  CHECK(sums[0] == std::pow(static_cast<double>(gradient[0]), 2));
  CHECK(std::isnan(sums[1]));
  CHECK(std::isinf(sums[2]));
}

}  // namespace kernels_gradient_norm_test
