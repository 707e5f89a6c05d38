#include "kernels/gather.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/instruction_set.h"
#include "kernels/panels/dense.h"
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
  const auto reciprocal = reciprocals(scale);
  kernels::gather_standardise({values.data(), kValueRows, features, features + kPad}, rows,
                              {mean, scale, reciprocal, missing}, {dst.data(), rows.size(), features, features + kPad});
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

TEST_CASE("the standardised value is the division's, bit for bit, for all sorts of floats", "[kernels]") {
  // Significands of few and of many bits, exponents of all sizes, differences that vanish, zeros of both signs.
  constexpr std::size_t kFeatures = 64;
  constexpr std::size_t kValueRows = 4096;
  const Random random(1, RandomStream::dropout);
  const auto any_float = [&](std::uint32_t what, std::uint64_t i) {
    const auto [high, low] = random.bits(what, i);
    const auto exponent = static_cast<std::uint32_t>(what == 2 || high % 4 == 0 ? 1 + low % 254 : 120 + low % 15);
    const auto significand = static_cast<std::uint32_t>(high >> 32) & 0x7FFFFFU & ~((1U << low / 256 % 24) - 1);
    return std::bit_cast<float>((high % 2 != 0 && what != 2 ? 0x80000000U : 0U) | exponent << 23U | significand);
  };
  std::vector<float> mean(kFeatures), scale(kFeatures), missing(kFeatures, 0.0F), values(kValueRows * kFeatures);
  for (std::size_t f = 0; f < kFeatures; ++f) {
    mean[f] = f % 8 == 0 ? 0.0F : any_float(1, f);
    scale[f] = f % 4 == 0 ? any_float(2, f) : static_cast<float>(0.5 + unit_interval(random.bits(3, f)[0]));
  }
  scale[1] = std::numeric_limits<float>::denorm_min();
  scale[2] = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float x = any_float(4, i);
    values[i] = i % 17 == 0 ? mean[i % kFeatures] : i % 19 == 0 ? std::copysign(0.0F, x) : x;
  }
  std::vector<std::uint32_t> rows(kValueRows);
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<float> dst(values.size());
  const auto reciprocal = reciprocals(scale);
  kernels::gather_standardise({values.data(), kValueRows, kFeatures}, rows, {mean, scale, reciprocal, missing},
                              {dst.data(), kValueRows, kFeatures});
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t f = i % kFeatures;
    const auto exact = static_cast<float>((double{values[i]} - double{mean[f]}) / double{scale[f]});
    if (std::bit_cast<std::uint32_t>(dst[i]) != std::bit_cast<std::uint32_t>(exact) && wrong++ == 0) {
      UNSCOPED_INFO("(" << values[i] << " - " << mean[f] << ") / " << scale[f] << " is " << exact << ", not "
                        << dst[i]);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("rows gathered into blocks are those of a matrix, and zero past the last feature", "[kernels]") {
  constexpr std::size_t kValueRows = 9;
  const std::vector<std::uint32_t> rows{8, 0, 3, 8, 5};  // the last row has nothing behind it to read
  for (std::size_t features = 1; features <= 50; ++features) {
    const auto values = random_floats(kValueRows * features, -9, 9, features);
    auto mean = random_floats(features, -9, 9, features + 1);
    auto scale = random_floats(features, 1, 2, features + 2);
    std::vector<float> missing(features, 0.0F);
    const std::size_t blocks = kernels::panels::blocks_of(features);
    mean.resize(blocks * kernels::panels::kWidth, 0.0F);
    scale.resize(mean.size(), 1.0F);
    missing.resize(mean.size(), 0.0F);
    const auto reciprocal = reciprocals(scale);
    const MatrixView<const float> from(values.data(), kValueRows, features);
    AlignedVector<float> blocked(blocks * rows.size() * kernels::panels::kWidth, kGuard);
    const kernels::panels::Blocked dst{blocked.data(), rows.size()};
    kernels::panels::gather_blocked(from, rows, {mean, scale, reciprocal, missing}, dst, 0);
    std::vector<float> matrix(rows.size() * features);
    kernels::gather_standardise(from, rows,
                                {std::span(mean).first(features), std::span(scale).first(features),
                                 std::span(reciprocal).first(features), std::span(missing).first(features)},
                                {matrix.data(), rows.size(), features});
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t f = 0; f < mean.size(); ++f) {
        wrong += dst(i, f) != (f < features ? matrix[i * features + f] : 0.0F) ? 1U : 0U;
      }
    }
    CAPTURE(features);
    CHECK(wrong == 0);
  }
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
