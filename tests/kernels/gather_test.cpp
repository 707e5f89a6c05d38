#include "kernels/gather.h"

#include <cmath>
#include <limits>

#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/reference.h"

namespace kernels_gather_test {

using namespace strata;
using namespace strata::test;

namespace {

constexpr float kGuard = -12345.0F;

/// Elements of dst that are not what the contract says, the gap between rows included.
std::size_t wrong_elements(std::size_t features, const std::vector<std::uint32_t>& rows) {
  constexpr std::size_t kPixelRows = 11;
  constexpr std::size_t kPad = 3;
  const auto pixels = random_integers<std::uint8_t>(kPixelRows * (features + kPad), 256, features);
  const auto factor = random_floats(features, -2, 2, 2 * features + 1);
  const auto offset = random_floats(features, -2, 2, 2 * features + 2);
  std::vector<float> dst(rows.size() * (features + kPad), kGuard);
  kernels::gather_standardise({pixels.data(), kPixelRows, features, features + kPad}, rows, factor, offset,
                              {dst.data(), rows.size(), features, features + kPad});

  const bool fused = kernels::instruction_set_name() != "baseline";
  std::size_t wrong = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t f = 0; f < features + kPad; ++f) {
      const float value = dst[r * (features + kPad) + f];
      if (f >= features) {
        wrong += value != kGuard ? 1U : 0U;
        continue;
      }
      const auto x = static_cast<float>(pixels[rows[r] * (features + kPad) + f]);
      const float expected = fused ? std::fma(x, factor[f], offset[f]) : x * factor[f] + offset[f];
      wrong += value != expected ? 1U : 0U;
    }
  }
  return wrong;
}

/// Likewise of values, every fifth of which is missing.
std::size_t wrong_values(std::size_t features, const std::vector<std::uint32_t>& rows) {
  constexpr std::size_t kValueRows = 11;
  constexpr std::size_t kPad = 3;
  auto values = random_floats(kValueRows * (features + kPad), -1000, 1000, features);
  for (std::size_t i = 2; i < values.size(); i += 5) {
    values[i] = std::numeric_limits<float>::quiet_NaN();
  }
  const auto mean = random_floats(features, -1000, 1000, features + 1);
  const auto scale = random_floats(features, 0.01, 300, features + 2);
  const auto missing = random_floats(features, -2, 2, features + 3);
  std::vector<float> dst(rows.size() * (features + kPad), kGuard);
  kernels::gather_standardise({values.data(), kValueRows, features, features + kPad}, rows, {mean, scale, missing},
                              {dst.data(), rows.size(), features, features + kPad});
  std::size_t wrong = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t f = 0; f < features + kPad; ++f) {
      const float value = dst[r * (features + kPad) + f];
      if (f >= features) {
        wrong += value != kGuard ? 1U : 0U;
        continue;
      }
      const float x = values[rows[r] * (features + kPad) + f];
      const auto exact = static_cast<float>(kernels::reference::standardise(x, mean[f], scale[f]));
      wrong += value != (std::isnan(x) ? missing[f] : exact) ? 1U : 0U;
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("gather_standardise of values rounds the quotient of doubles, and fills what is missing", "[kernels]") {
  for (std::size_t features = 1; features <= 70; ++features) {
    CAPTURE(features);
    CHECK(wrong_values(features, {10, 3, 3, 0, 7, 10, 1}) == 0);
  }
  CHECK(wrong_values(1001, {5, 0, 10}) == 0);
  CHECK(wrong_values(17, {}) == 0);
}

TEST_CASE("gather_standardise rounds each element once, at every width", "[kernels]") {
  for (std::size_t features = 1; features <= 70; ++features) {
    CAPTURE(features);
    CHECK(wrong_elements(features, {10, 3, 3, 0, 7, 10, 1}) == 0);
  }
  for (const std::size_t features : {784U, 1001U, 3072U}) {
    CAPTURE(features);
    CHECK(wrong_elements(features, {5, 0, 10}) == 0);
  }
}

TEST_CASE("gather_standardise of no rows writes nothing", "[kernels]") { CHECK(wrong_elements(17, {}) == 0); }

TEST_CASE("factor and offset standardise to fp32 accuracy", "[kernels]") {
  // fma(x, 1/s, -m/s) with both constants rounded: three roundings of terms no larger than |x|/s and |m|/s.
  const float mean = 72.94F;
  const float scale = 90.02F;
  const auto factor = static_cast<float>(1.0 / double{scale});
  const auto offset = static_cast<float>(-double{mean} / double{scale});
  std::vector<std::uint8_t> pixels(256);
  for (std::size_t i = 0; i < 256; ++i) {
    pixels[i] = static_cast<std::uint8_t>(i);
  }
  const std::vector<std::uint32_t> row{0};
  const std::vector<float> factors(256, factor);
  const std::vector<float> offsets(256, offset);
  std::vector<float> dst(256);
  kernels::gather_standardise({pixels.data(), 1, 256}, row, factors, offsets, {dst.data(), 1, 256});
  for (std::size_t i = 0; i < 256; ++i) {
    const auto x = static_cast<double>(i);
    const double bound = 2 * kRoundoff * (x + double{mean}) / double{scale} + kRoundoff;
    CHECK(std::fabs(dst[i] - kernels::reference::standardise(x, mean, scale)) <= bound);
  }
}

}  // namespace kernels_gather_test
