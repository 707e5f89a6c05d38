// Rounding to bf16 and packing, on every machine; and who may compute in bf16.

#include "kernels/bf16.h"

#include <array>
#include <cmath>
#include <limits>

#include "core/tensor.h"
#include "kernels/gather.h"
#include "kernels/onednn/cpu_isa.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/kernels/random_values.h"

namespace kernels_bf16_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

/// Every upper half with lower halves on both sides of a tie, and on it.
std::vector<float> all_halves() {
  std::vector<float> values;
  for (std::uint32_t upper = 0; upper < 1U << 16U; ++upper) {
    for (const std::uint32_t lower : {0U, 1U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU}) {
      values.push_back(from_bits(upper << 16U | lower));
    }
  }
  return values;
}

/// |x| from its bits: a thread that flushes denormals would read them as 0. Infinity's are those of 2^128.
double magnitude_of(std::uint32_t bits) {
  constexpr std::uint32_t kMantissa = 0x007FFFFF;
  const auto exponent = static_cast<int>(bits >> 23U & 0xFFU);
  const std::uint32_t mantissa = bits & kMantissa;
  return exponent == 0 ? std::ldexp(mantissa, -149) : std::ldexp(mantissa | (kMantissa + 1), exponent - 150);
}

/// The definition: of the two neighbours the nearer one, of a tie the one whose last bit is 0. The neighbour beyond the
/// largest number stands for infinity, as far away as if exponents went on.
Bf16 by_definition(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const Bf16 below{static_cast<std::uint16_t>(bits >> 16U)};
  const Bf16 above{static_cast<std::uint16_t>(below.bits + 1)};
  if (std::isinf(x)) {
    return below;
  }
  const double low = magnitude_of(static_cast<std::uint32_t>(below.bits) << 16U);
  const double high = magnitude_of(static_cast<std::uint32_t>(above.bits) << 16U);
  const double magnitude = magnitude_of(bits);
  if (magnitude - low == high - magnitude) {
    return below.bits % 2 == 0 ? below : above;
  }
  return magnitude - low < high - magnitude ? below : above;
}

std::size_t wrong_roundings(const std::vector<float>& values, const std::vector<Bf16>& rounded) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool right = std::isnan(values[i]) ? std::isnan(to_float(rounded[i])) && (rounded[i].bits & 0x0040U) != 0 &&
                                                   std::signbit(to_float(rounded[i])) == std::signbit(values[i])
                                             : rounded[i] == by_definition(values[i]);
    wrong += right ? 0U : 1U;
  }
  return wrong;
}

constexpr Bf16 kGuard{0x1234};

/// Elements of `packed` that are not what the contract says: untouched where no weight belongs.
std::size_t wrong_places(MatrixView<const float> weights, const PairedBlocks& layout, const std::vector<Bf16>& packed) {
  std::vector<Bf16> expected(packed.size(), kGuard);
  for (std::size_t o = 0; o < weights.columns(); ++o) {
    for (std::size_t i = 0; i < weights.rows(); ++i) {
      expected[layout.index(i, o)] = to_bf16(weights(i, o));
    }
    if (weights.rows() % 2 == 1) {
      expected[layout.index(weights.rows(), o)] = Bf16{};
    }
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    wrong += packed[i] == expected[i] ? 0U : 1U;
  }
  return wrong;
}

}  // namespace

TEST_CASE("rounding to bf16 is to the nearest, ties to even, special values included", "[kernels]") {
  const std::vector<float> values = all_halves();
  std::vector<Bf16> scalar;
  scalar.reserve(values.size());
  for (const float value : values) {
    scalar.push_back(to_bf16(value));
  }
  CHECK(wrong_roundings(values, scalar) == 0);
  CHECK(to_bf16(1.0F).bits == 0x3F80);
  CHECK(to_bf16(-0.0F).bits == 0x8000);
  CHECK(to_bf16(std::numeric_limits<float>::max()).bits == 0x7F80);
  CHECK(to_bf16(std::numeric_limits<float>::infinity()).bits == 0x7F80);
  CHECK(to_bf16(std::numeric_limits<float>::denorm_min()).bits == 0);
}

TEST_CASE("vectors round to bf16 as single numbers do, at every length", "[kernels]") {
  const std::vector<float> values = all_halves();
  std::vector<Bf16> rounded(values.size());
  round_to_bf16(values, rounded);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    wrong += rounded[i] == to_bf16(values[i]) ? 0U : 1U;
  }
  CHECK(wrong == 0);

  const std::vector<float> some = random_floats(70, -3, 3, 1);
  for (std::size_t size = 0; size < some.size(); ++size) {
    std::vector<Bf16> dst(size + 1, kGuard);
    round_to_bf16(std::span(some).first(size), std::span(dst).first(size));
    CHECK(dst.back() == kGuard);
    CHECK((size == 0 || dst[size - 1] == to_bf16(some[size - 1])));
  }
}

TEST_CASE("weights are packed in pairs, whatever the blocks", "[kernels]") {
  for (const std::size_t inputs : {1U, 2U, 5U, 31U, 32U, 33U, 100U}) {
    for (const std::size_t outputs : {1U, 10U, 15U, 16U, 17U, 48U, 100U}) {
      for (const std::size_t block_inputs : {2U, 16U, 32U}) {
        for (const std::size_t block_outputs : {16U, 32U, 64U}) {
          CAPTURE(inputs, outputs, block_inputs, block_outputs);
          const std::size_t input_blocks = (inputs + block_inputs - 1) / block_inputs;
          const std::size_t output_blocks = (outputs + block_outputs - 1) / block_outputs;
          const std::size_t block = block_inputs * block_outputs;
          const auto weights = random_floats(inputs * outputs, -1, 1, inputs + outputs);
          const MatrixView<const float> view(weights.data(), inputs, outputs);
          for (const PairedBlocks& layout : {PairedBlocks{block_inputs, block_outputs, block, input_blocks * block},
                                             PairedBlocks{block_inputs, block_outputs, output_blocks * block, block}}) {
            std::vector<Bf16> packed(input_blocks * output_blocks * block, kGuard);
            const std::size_t middle = inputs / 4 * 2;
            pack_bf16(view, middle, inputs, layout, packed.data());
            pack_bf16(view, 0, middle, layout, packed.data());
            CHECK(wrong_places(view, layout, packed) == 0);
          }
        }
      }
    }
  }
}

TEST_CASE("gathering to bf16 rounds what gathering to fp32 gives", "[kernels]") {
  const std::vector<std::uint32_t> rows{4, 0, 4, 2};
  for (std::size_t features = 1; features <= 70; ++features) {
    const auto pixels = random_integers<std::uint8_t>(5 * features, 256, features);
    const auto factor = random_floats(features, -2, 2, 2 * features + 1);
    const auto offset = random_floats(features, -2, 2, 2 * features + 2);
    std::vector<float> exact(rows.size() * features);
    std::vector<Bf16> rounded(rows.size() * features);
    gather_standardise({pixels.data(), 5, features}, rows, factor, offset, {exact.data(), rows.size(), features});
    gather_standardise({pixels.data(), 5, features}, rows, factor, offset, {rounded.data(), rows.size(), features});
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      wrong += rounded[i] == to_bf16(exact[i]) ? 0U : 1U;
    }
    const auto values = random_floats(5 * features, -9, 9, features);
    const auto scale = random_floats(features, 1, 2, 1);
    const auto reciprocal = reciprocals(scale);
    const ValueScale by{factor, scale, reciprocal, offset};
    gather_standardise({values.data(), 5, features}, rows, by, {exact.data(), rows.size(), features});
    gather_standardise({values.data(), 5, features}, rows, by, {rounded.data(), rows.size(), features});
    for (std::size_t i = 0; i < exact.size(); ++i) {
      wrong += rounded[i] == to_bf16(exact[i]) ? 0U : 1U;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a CPU without bf16 is refused by the name of what it has", "[kernels]") {
  using onednn::Bf16Support;
  CHECK(onednn::require_bf16({Bf16Support::amx, "avx512 with AMX"}) == "AMX");
  CHECK(onednn::require_bf16({Bf16Support::avx512_bf16, "avx512 with AVX512_BF16"}) == "AVX512_BF16");
  CHECK(missing(thrown([] {
                  onednn::require_bf16({Bf16Support::none, "avx2"});
                }),
                {"usage: ", "--precision bf16", "AVX512_BF16 or AMX", "here is avx2", "--precision f32"}) == "");
  CHECK(!onednn::bf16_features().newest.empty());
}

TEST_CASE("bf16 is called slow on the CPU on which it was measured to be", "[kernels]") {
  using onednn::Bf16Support;
  const onednn::Bf16Features by_vectors{Bf16Support::avx512_bf16, "avx512 with AVX512_BF16"};
  Cpu intel;
  intel.vendor = "GenuineIntel";
  intel.family = 6;
  intel.number = 207;
  const auto slow = onednn::slow_bf16(by_vectors, intel);
  REQUIRE(slow);
  CHECK(slow->least == 0.43);
  CHECK(slow->most == 0.65);
  CHECK(!onednn::slow_bf16({Bf16Support::amx, "avx512 with AMX"}, intel));
  CHECK(!onednn::slow_bf16({Bf16Support::none, "avx512"}, intel));
  Cpu other = intel;
  other.number = 143;
  CHECK(!onednn::slow_bf16(by_vectors, other));
  other = intel;
  other.vendor = "AuthenticAMD";
  CHECK(!onednn::slow_bf16(by_vectors, other));
  other = intel;
  other.family = 25;
  CHECK(!onednn::slow_bf16(by_vectors, other));
}

}  // namespace kernels_bf16_test
