#include "kernels/sums.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/catch.h"
#include "tests/kernels/random_values.h"

namespace kernels_sums_test {

using namespace strata;
using namespace strata::test;

namespace {

/// The tree of docs/numerics.md over block sums: S(a, b) = S(a, m) + S(m, b) with m - a the largest power of two below
/// b - a.
double tree(const std::vector<double>& blocks, std::size_t a, std::size_t b) {
  if (b - a == 1) {
    return blocks[a];
  }
  std::size_t power = 1;
  while (2 * power < b - a) {
    power *= 2;
  }
  return tree(blocks, a, a + power) + tree(blocks, a + power, b);
}

/// Values of sizes so far apart that most additions round, and another order gives another sum.
std::vector<float> rounding_values(std::size_t size) {
  auto values = random_floats(size, -1, 1, size);
  const auto exponents = random_floats(size, 0, 50, size + 1);
  for (std::size_t i = 0; i < size; ++i) {
    values[i] *= std::exp2(exponents[i]);
  }
  return values;
}

double defined_sum(const std::vector<float>& values) {
  std::vector<double> blocks;
  for (std::size_t first = 0; first < values.size(); first += 64) {
    double chain = 0;
    for (std::size_t i = first; i < std::min(first + 64, values.size()); ++i) {
      chain += values[i];
    }
    blocks.push_back(chain);
  }
  return blocks.empty() ? 0 : tree(blocks, 0, blocks.size());
}

}  // namespace

TEST_CASE("sum_in_blocks adds in the order of its definition", "[kernels]") {
  CHECK(kernels::sum_in_blocks({}) == 0);
  for (const std::size_t size :
       {1U, 2U, 63U, 64U, 65U, 127U, 128U, 129U, 192U, 193U, 511U, 513U, 1000U, 4097U, 12000U}) {
    CAPTURE(size);
    const auto values = rounding_values(size);
    CHECK(kernels::sum_in_blocks(values) == defined_sum(values));
  }
}

TEST_CASE("the sums' test tells a tree from a chain", "[kernels]") {
  const auto values = rounding_values(1000);
  CHECK(defined_sum(values) != std::accumulate(values.begin(), values.end(), 0.0));
}

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

}  // namespace kernels_sums_test
