#include "kernels/elementary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#include "kernels/denormals.h"
#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/scalar_elementary.h"

namespace kernels_elementary_test {

using namespace strata;
using namespace strata::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kSmallest = std::numeric_limits<float>::min();
constexpr float kLargest = std::numeric_limits<float>::max();

using Function = void (*)(std::span<const float>, std::span<float>);
using Exact = long double (*)(long double);

long double sigmoid(long double x) { return 1 / (1 + std::exp(-x)); }
long double softplus(long double x) { return std::max(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }

float one(Function function, float x) {
  function(std::span(&x, 1), std::span(&x, 1));
  return x;
}

/// |value - exact| in units of the distance between floats at `exact`, which is in the normal range.
double error_in_ulp(double value, long double exact, int digits) {
  int exponent = 0;
  std::frexp(static_cast<double>(exact), &exponent);
  return static_cast<double>(std::fabs(static_cast<long double>(value) - exact) / std::ldexp(1.0L, exponent - digits));
}

/// All bit patterns at a stride that is no multiple of anything, so that every exponent is met with many fractions.
std::vector<float> patterns() {
  std::vector<float> values;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 2053) {
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  return values;
}

struct Worst {
  double ulp = 0;
  float at = 0;
  std::size_t count = 0;
};

/// Over the inputs whose exact result is a normal float.
Worst worst_error(Function function, Exact exact, const std::vector<float>& inputs) {
  std::vector<float> results(inputs.size());
  function(inputs, results);
  Worst worst;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!std::isnormal(inputs[i])) {
      continue;
    }
    const long double y = exact(inputs[i]);
    if (!(std::fabs(y) >= kSmallest && std::fabs(y) <= kLargest)) {
      continue;
    }
    ++worst.count;
    if (const double ulp = error_in_ulp(results[i], y, 24); !(ulp <= worst.ulp)) {
      worst.ulp = ulp;
      worst.at = inputs[i];
    }
  }
  return worst;
}

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

/// Elements whose bits depend on where in a span they stand.
std::size_t differing_lanes(Function function, const std::vector<float>& inputs) {
  std::vector<float> together(inputs.size());
  function(inputs, together);
  std::size_t differing = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    differing += same_bits(together[i], one(function, inputs[i])) ? 0U : 1U;
  }
  for (std::size_t size = 1; size <= 70; ++size) {
    std::vector<float> part(size);
    function(std::span(inputs).first(size), part);
    for (std::size_t i = 0; i < size; ++i) {
      differing += same_bits(together[i], part[i]) ? 0U : 1U;
    }
  }
  return differing;
}

}  // namespace

TEST_CASE("elementary functions in fp32 are right to the ulp that docs/numerics.md gives", "[kernels]") {
  struct Promise {
    const char* name;
    Function function;
    Exact exact;
    double ulp;
    double low, high;  ///< where patterns are too sparse
    float last;        ///< of the inputs
  };
  const Promise promises[] = {
      {"exp", kernels::exp, std::exp, 1, -87.3, 88.7, kLargest},
      {"expm1", kernels::expm1, std::expm1, 1.7, -25, 88, 88},
      {"log", kernels::log, std::log, 1, 0.5, 2, kLargest},
      {"sigmoid", kernels::sigmoid, sigmoid, 2.5, -87.3, 20, kLargest},
      {"tanh", kernels::tanh, std::tanh, 2.5, -10, 10, kLargest},
      {"erf", kernels::erf, std::erf, 1.2, -4, 4, kLargest},
      {"softplus", kernels::softplus, softplus, 1.8, -87.3, 20, kLargest},
  };
  const kernels::DenormalsFlushed flushed;
  const auto everywhere = patterns();
  for (const Promise& promise : promises) {
    auto inputs = everywhere;
    const auto dense = random_floats(300000, promise.low, promise.high, 1);
    inputs.insert(inputs.end(), dense.begin(), dense.end());
    std::erase_if(inputs, [&](float x) { return x > promise.last; });
    const Worst worst = worst_error(promise.function, promise.exact, inputs);
    INFO(promise.name << ": largest error " << worst.ulp << " ulp at " << worst.at << " of " << worst.count);
    CHECK(worst.count > 1000000);
    CHECK(worst.ulp <= promise.ulp);
  }
}

TEST_CASE("elementary functions have the bits of their scalar forms", "[kernels]") {
  if (kernels::instruction_set_name() == "baseline") {
    WARN("no fused multiply-add on this instruction set, so no such promise");
    return;
  }
  struct Pair {
    const char* name;
    Function vector;
    float (*scalar)(float);
  };
  const Pair pairs[] = {{"exp", kernels::exp, scalar::exp},
                        {"expm1", kernels::expm1, scalar::expm1},
                        {"log", kernels::log, scalar::log},
                        {"sigmoid", kernels::sigmoid, scalar::sigmoid},
                        {"tanh", kernels::tanh, scalar::tanh},
                        {"erf", kernels::erf, scalar::erf},
                        {"softplus", kernels::softplus, scalar::softplus}};
  const kernels::DenormalsFlushed flushed;
  const auto inputs = patterns();
  std::vector<float> results(inputs.size());
  for (const Pair& pair : pairs) {
    CAPTURE(pair.name);
    pair.vector(inputs, results);
    std::size_t differing = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const float expected = pair.scalar(inputs[i]);
      differing += same_bits(results[i], expected) || (std::isnan(results[i]) && std::isnan(expected)) ? 0U : 1U;
    }
    CHECK(differing == 0);
  }
}

TEST_CASE("exp knows its special values", "[kernels]") {
  const kernels::DenormalsFlushed flushed;
  CHECK(one(kernels::exp, 0.0F) == 1.0F);
  CHECK(one(kernels::exp, -0.0F) == 1.0F);
  CHECK(one(kernels::exp, 1e-40F) == 1.0F);
  CHECK(one(kernels::exp, kInfinity) == kInfinity);
  CHECK(one(kernels::exp, kLargest) == kInfinity);
  CHECK(one(kernels::exp, 88.73F) == kInfinity);
  CHECK(std::isfinite(one(kernels::exp, 88.72F)));
  CHECK(one(kernels::exp, -kInfinity) == 0.0F);
  CHECK(one(kernels::exp, -kLargest) == 0.0F);
  CHECK(one(kernels::exp, -87.4F) == 0.0F);  // the exact result is a denormal
  CHECK(one(kernels::exp, -87.3F) > 0.0F);
  CHECK(std::isnan(one(kernels::exp, kNan)));
}

TEST_CASE("log knows its special values", "[kernels]") {
  const kernels::DenormalsFlushed flushed;
  CHECK(one(kernels::log, 1.0F) == 0.0F);
  CHECK(one(kernels::log, 0.0F) == -kInfinity);
  CHECK(one(kernels::log, -0.0F) == -kInfinity);
  CHECK(one(kernels::log, std::bit_cast<float>(1U)) == -kInfinity);  // denormals are read as zero
  CHECK(one(kernels::log, kInfinity) == kInfinity);
  CHECK(std::isnan(one(kernels::log, -1.0F)));
  CHECK(std::isnan(one(kernels::log, -kInfinity)));
  CHECK(std::isnan(one(kernels::log, kNan)));
}

TEST_CASE("elementary functions have the same bits alone and in a vector, and in place", "[kernels]") {
  if (kernels::instruction_set_name() == "baseline") {
    WARN("no fused multiply-add on this instruction set, so no such promise");
    return;
  }
  const kernels::DenormalsFlushed flushed;
  auto inputs = random_floats(5000, -100, 100, 3);
  inputs.insert(inputs.begin() + 7, {kNan, kInfinity, -kInfinity, 0.0F, -0.0F, 1e-40F});
  for (const Function function :
       {kernels::exp, kernels::expm1, kernels::log, kernels::sigmoid, kernels::tanh, kernels::erf, kernels::softplus}) {
    CHECK(differing_lanes(function, inputs) == 0);
  }
}

TEST_CASE("the other functions know their special values", "[kernels]") {
  const kernels::DenormalsFlushed flushed;
  CHECK(one(kernels::expm1, 0.0F) == 0.0F);
  CHECK(one(kernels::expm1, -kInfinity) == -1.0F);
  CHECK(one(kernels::sigmoid, 0.0F) == 0.5F);
  CHECK(one(kernels::sigmoid, kInfinity) == 1.0F);
  CHECK(one(kernels::sigmoid, -kInfinity) == 0.0F);
  CHECK(one(kernels::tanh, kInfinity) == 1.0F);
  CHECK(one(kernels::tanh, -kInfinity) == -1.0F);
  CHECK(same_bits(one(kernels::tanh, -0.0F), -0.0F));
  CHECK(one(kernels::erf, kInfinity) == 1.0F);
  CHECK(one(kernels::erf, -kInfinity) == -1.0F);
  CHECK(same_bits(one(kernels::erf, -0.0F), -0.0F));
  CHECK(one(kernels::softplus, kInfinity) == kInfinity);
  CHECK(one(kernels::softplus, -kInfinity) == 0.0F);
  CHECK(one(kernels::softplus, kLargest) == kLargest);
  for (const Function function : {kernels::expm1, kernels::sigmoid, kernels::tanh, kernels::erf, kernels::softplus}) {
    CHECK(std::isnan(one(function, kNan)));
  }
}

TEST_CASE("log in double is right to 2 ulp", "[kernels]") {
  const Random random(1, RandomStream::dropout);
  double worst = 0;
  const auto visit = [&](double x) {
    const long double exact = std::log(static_cast<long double>(x));
    worst = std::max(worst, exact == 0 ? std::fabs(kernels::log(x)) : error_in_ulp(kernels::log(x), exact, 53));
  };
  for (std::uint64_t i = 0; i < 300000; ++i) {
    const auto bits = random.bits(0, i);
    visit(unit_interval(bits[0]));
    visit(0.5 + 1.5 * unit_interval(bits[1]));
    if (const double any = std::bit_cast<double>(bits[0] >> 1U); std::isnormal(any)) {
      visit(any);
    }
  }
  visit(1.0);
  visit(std::numeric_limits<double>::min());
  visit(std::numeric_limits<double>::max());
  visit(unit_interval(0));
  visit(unit_interval(~std::uint64_t{0}));
  INFO("largest error " << worst << " ulp");
  CHECK(worst <= 2);
}

TEST_CASE("exp in double is right to 2 ulp", "[kernels]") {
  const Random random(3, RandomStream::dropout);
  double worst = 0;
  const auto visit = [&](double x) {
    worst = std::max(worst, error_in_ulp(kernels::exp(x), std::exp(static_cast<long double>(x)), 53));
  };
  for (std::uint64_t i = 0; i < 300000; ++i) {
    const auto bits = random.bits(0, i);
    visit(1417 * unit_interval(bits[0]) - 708);
    visit(2 * unit_interval(bits[1]) - 1);
  }
  for (const double x : {0.0, -0.0, 1e-300, -1e-300, 709.0, -708.0, 1.0, -1.0}) {
    visit(x);
  }
  INFO("largest error " << worst << " ulp");
  CHECK(worst <= 2);
  CHECK(kernels::exp(0.0) == 1);
  CHECK(kernels::exp(-708.5) == 0);
  CHECK(kernels::exp(-std::numeric_limits<double>::infinity()) == 0);
}

TEST_CASE("cos_pi in double is right to 2 ulp of 1", "[kernels]") {
  const long double pi = std::acos(-1.0L);
  const Random random(2, RandomStream::dropout);
  double worst = 0;
  for (std::uint64_t i = 0; i < 300000; ++i) {
    const auto bits = random.bits(0, i);
    for (const double x : {2 * unit_interval(bits[0]), 2000 * unit_interval(bits[1]) - 1000}) {
      const long double exact = std::cos(pi * std::fmod(static_cast<long double>(x), 2.0L));
      worst = std::max(worst, std::fabs(static_cast<double>(kernels::cos_pi(x) - exact)));
    }
  }
  INFO("largest error " << worst / 0x1.0p-52 << " ulp of 1");
  CHECK(worst <= 2 * 0x1.0p-52);
  CHECK(kernels::cos_pi(0) == 1);
  CHECK(kernels::cos_pi(0.5) == 0);
  CHECK(kernels::cos_pi(1) == -1);
  CHECK(kernels::cos_pi(-1.5) == 0);
  CHECK(kernels::cos_pi(0x1.0p51) == 1);
}

TEST_CASE("power is the product of n factors, to n roundings", "[kernels]") {
  CHECK(kernels::power(0.9, 0) == 1);
  CHECK(kernels::power(0.0, 0) == 1);
  CHECK(kernels::power(0.0, 5) == 0);
  CHECK(kernels::power(-2.0, 3) == -8);
  CHECK(kernels::power(1.0, ~0ULL) == 1);
  for (const double x : {0.9, 0.99, 0.999, 0.9999, 1.0001, 0.5}) {
    for (const unsigned long long n : {1ULL, 2ULL, 3ULL, 7ULL, 64ULL, 100ULL, 1001ULL, 5000ULL}) {
      CAPTURE(x, n);
      const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(n));
      if (exact < static_cast<long double>(std::numeric_limits<double>::min())) {
        continue;
      }
      const auto relative = static_cast<double>(std::fabs(kernels::power(x, n) / exact - 1));
      CHECK(relative <= static_cast<double>(n) * 0x1.0p-53);
    }
  }
}

TEST_CASE("power is that of repeated squaring where it rounds to zero, too", "[kernels]") {
  const auto squared = [](double x, unsigned long long n) {
    double result = 1.0;
    for (; n != 0; n >>= 1U, x *= x) {
      result *= (n & 1U) != 0 ? x : 1.0;
    }
    return result;
  };
  for (const double x : {0.9, 0.99, 0.999, 0.5, 0x1.8p-269, 0x1p-537, 0x1p-538, 0x1p-1074, 0.0, -0.9, -0x1p-600}) {
    const kernels::Powers powers(std::fabs(x));
    for (unsigned long long n = 0; n < ~0ULL / 2; n += 1 + n / 50) {
      const double value = kernels::power(x, n);
      if (std::bit_cast<std::uint64_t>(value) != std::bit_cast<std::uint64_t>(squared(x, n))) {
        FAIL_CHECK(x << " to the power of " << n << " is " << value << ", not " << squared(x, n));
      }
      if (std::bit_cast<std::uint64_t>(powers(n)) != std::bit_cast<std::uint64_t>(std::fabs(value))) {
        FAIL_CHECK(std::fabs(x) << " to the power of " << n << " is " << powers(n) << " by kept squares, not "
                                << value);
      }
    }
  }
}

}  // namespace kernels_elementary_test
