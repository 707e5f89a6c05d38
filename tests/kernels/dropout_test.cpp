#include "kernels/dropout.h"

#include <cmath>
#include <limits>

#include "core/random.h"
#include "kernels/denormals.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/scalar_dropout.h"

namespace kernels_dropout_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

/// For each unit of rows x units whether the mask drops it, as the kernel says.
std::vector<char> drawn(const DropoutMask& mask, std::size_t rows, std::size_t units) {
  std::vector<float> values(rows * units, 1.0F);
  drop_units(mask, {values.data(), rows, units}, 0, 0, {values.data(), rows, units});
  std::vector<char> dropped;
  for (const float value : values) {
    dropped.push_back(value == 0 ? 1 : 0);
  }
  return dropped;
}

double mean(const std::vector<char>& dropped) {
  double sum = 0;
  for (const char d : dropped) {
    sum += d;
  }
  return sum / static_cast<double>(dropped.size());
}

/// How many standard deviations two masks of one rate are from being independent.
double dependence(const std::vector<char>& a, const std::vector<char>& b, double rate) {
  REQUIRE(a.size() == b.size());
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - rate) * (b[i] - rate);
  }
  return std::fabs(sum) / (rate * (1 - rate) * std::sqrt(static_cast<double>(a.size())));
}

std::vector<char> shifted(const std::vector<char>& values, std::size_t by) {
  std::vector<char> result(values.begin() + static_cast<std::ptrdiff_t>(by), values.end());
  result.insert(result.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(by));
  return result;
}

}  // namespace

TEST_CASE("the units that stay are scaled, the others are 0, as Philox draws them", "[kernels]") {
  const DenormalsFlushed flushed;
  for (const std::size_t units : {1U, 2U, 7U, 8U, 9U, 15U, 16U, 17U, 31U, 32U, 33U, 300U}) {
    for (const std::size_t rows : {1U, 2U, 5U}) {
      for (const std::size_t first_row : {0U, 1U, 1000U}) {
        for (const std::size_t first_unit : {0U, 16U, 160U}) {
          CAPTURE(units, rows, first_row, first_unit);
          const DropoutMask mask = dropout_mask(0.3, 7, 2, 5);
          const auto src = random_floats(rows * units, -1, 1, units);
          std::vector<float> dst(rows * units + 1, 5.0F);
          drop_units(mask, {src.data(), rows, units}, first_row, first_unit, {dst.data(), rows, units});
          std::size_t wrong = 0;
          for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t u = 0; u < units; ++u) {
              const bool dropped = scalar::is_dropped(mask, first_row + r, first_unit + u);
              const float expected = dropped ? 0.0F : mask.scale * src[r * units + u];
              wrong += dst[r * units + u] == expected ? 0U : 1U;
            }
          }
          CHECK(wrong == 0);
          CHECK(dst.back() == 5.0F);
        }
      }
    }
  }
}

TEST_CASE("bf16 units are dropped like fp32 ones and rounded once", "[kernels]") {
  const DenormalsFlushed flushed;
  for (const std::size_t units : {1U, 7U, 8U, 15U, 16U, 17U, 33U, 300U}) {
    for (const std::size_t first_unit : {0U, 16U}) {
      constexpr std::size_t kRows = 3;
      CAPTURE(units, first_unit);
      const DropoutMask mask = dropout_mask(0.3, 7, 2, 5);
      std::vector<Bf16> values;
      for (const float x : random_floats(kRows * units, -1, 1, units)) {
        values.push_back(to_bf16(x));
      }
      std::vector<Bf16> expected;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const bool dropped = scalar::is_dropped(mask, 1000 + i / units, first_unit + i % units);
        expected.push_back(to_bf16(dropped ? 0.0F : mask.scale * to_float(values[i])));
      }
      std::vector<Bf16> dst(values.size() + 1, to_bf16(5));
      drop_units(mask, {values.data(), kRows, units}, 1000, first_unit, {dst.data(), kRows, units});
      CHECK(dst.back() == to_bf16(5));
      dst.pop_back();
      CHECK(dst == expected);
      drop_units(mask, {values.data(), kRows, units}, 1000, first_unit, {values.data(), kRows, units});
      CHECK(values == expected);
    }
  }
}

TEST_CASE("a mask's key is the dropout stream's word at its layer and step", "[kernels]") {
  const DropoutMask mask = dropout_mask(0.25, 42, 3, std::uint64_t{1} << 40);
  const std::uint64_t word = Random(42, RandomStream::dropout).bits(3, std::uint64_t{1} << 40)[0];
  CHECK(mask.key[0] == static_cast<std::uint32_t>(word));
  CHECK(mask.key[1] == static_cast<std::uint32_t>(word >> 32));
  CHECK(mask.threshold == 0x40000000U);
  CHECK(mask.scale == 4.0F / 3);
  CHECK(dropout_mask(0, 1, 0, 1).threshold == 0);
  CHECK(dropout_mask(1 - 1e-12, 1, 0, 1).threshold == 0xFFFFFFFFU);
}

TEST_CASE("a rate of 0 leaves everything, and infinities are dropped like the rest", "[kernels]") {
  const auto src = random_floats(3 * 20, -1, 1, 1);
  std::vector<float> dst(src.size());
  drop_units(dropout_mask(0, 1, 0, 1), {src.data(), 3, 20}, 0, 0, {dst.data(), 3, 20});
  CHECK(dst == src);

  const DropoutMask mask = dropout_mask(0.5, 1, 0, 1);
  std::vector<float> infinite(3 * 20, std::numeric_limits<float>::infinity());
  drop_units(mask, {infinite.data(), 3, 20}, 0, 0, {infinite.data(), 3, 20});
  for (std::size_t i = 0; i < infinite.size(); ++i) {
    CHECK(std::isinf(infinite[i]) != scalar::is_dropped(mask, i / 20, i % 20));
  }
}

TEST_CASE("rows and blocks are dropped alike in whatever parts they come", "[kernels]") {
  const DropoutMask mask = dropout_mask(0.4, 3, 1, 9);
  const auto src = random_floats(13 * 48, -1, 1, 2);
  std::vector<float> whole(src.size());
  drop_units(mask, {src.data(), 13, 48}, 0, 0, {whole.data(), 13, 48});
  std::vector<float> parts = src;
  for (std::size_t row = 0; row < 13; row += 4) {
    for (std::size_t unit = 0; unit < 48; unit += 16) {
      const MatrixView<float> part(parts.data() + row * 48 + unit, std::min<std::size_t>(4, 13 - row), 16, 48);
      drop_units(mask, part, row, unit, part);
    }
  }
  CHECK(parts == whole);
}

TEST_CASE("the share of dropped units is the rate", "[kernels]") {
  constexpr std::size_t kRows = 512;
  constexpr std::size_t kUnits = 300;
  for (const double rate : {0.001, 0.1, 0.5, 0.9}) {
    for (const std::uint64_t step : {1U, 2U, 1000U}) {
      CAPTURE(rate, step);
      const double deviation = std::sqrt(rate * (1 - rate) / (kRows * kUnits));
      CHECK(std::fabs(mean(drawn(dropout_mask(rate, 42, 0, step), kRows, kUnits)) - rate) < 4.5 * deviation);
    }
  }
}

TEST_CASE("layers, steps, seeds, rows and units are dropped independently", "[kernels]") {
  constexpr double kRate = 0.3;
  constexpr std::size_t kRows = 512;
  constexpr std::size_t kUnits = 320;
  const auto at = [](std::uint64_t seed, std::size_t layer, std::uint64_t step) {
    return drawn(dropout_mask(kRate, seed, layer, step), kRows, kUnits);
  };
  const auto mask = at(42, 0, 1);
  CHECK(dependence(mask, mask, kRate) > 100);
  CHECK(dependence(mask, at(42, 0, 2), kRate) < 4.5);
  CHECK(dependence(mask, at(42, 1, 1), kRate) < 4.5);
  CHECK(dependence(mask, at(43, 0, 1), kRate) < 4.5);
  CHECK(dependence(at(42, 1, 2), at(42, 2, 1), kRate) < 4.5);
  for (const std::size_t by : {std::size_t{1}, std::size_t{2}, std::size_t{8}, std::size_t{16}, kUnits, 64 * kUnits}) {
    CAPTURE(by);
    CHECK(dependence(mask, shifted(mask, by), kRate) < 4.5);
  }
}

}  // namespace kernels_dropout_test
