#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/catch.h"

namespace core_random_test {

using namespace strata;

TEST_CASE("philox gives the known answers of its authors", "[core]") {
  // Random123, tests/kat_vectors, philox4x32 10.
  using Block = std::array<std::uint32_t, 4>;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t kOnes = 0xffffffff;
  CHECK(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("bits lays seed, stream and position out as documented", "[core]") {
  const auto words = philox({0x89abcdef, 0x01234567, 77, 3}, {0x76543210, 0xfedcba98});
  const auto bits = Random(0xfedcba9876543210, RandomStream::sampling).bits(77, 0x0123456789abcdef);
  CHECK(bits[0] == (words[0] | std::uint64_t{words[1]} << 32));
  CHECK(bits[1] == (words[2] | std::uint64_t{words[3]} << 32));
}

TEST_CASE("seeds, streams and positions all give other draws", "[core]") {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t seed : {0ULL, 1ULL, 42ULL, 1ULL << 32, ~0ULL}) {
    for (const RandomStream stream :
         {RandomStream::weights, RandomStream::split, RandomStream::sampling, RandomStream::dropout}) {
      for (const std::uint32_t major : {0U, 1U, ~0U}) {
        for (const std::uint64_t index : {0ULL, 1ULL, 1ULL << 32, ~0ULL}) {
          const auto bits = Random(seed, stream).bits(major, index);
          seen.insert(bits[0]);
          seen.insert(bits[1]);
        }
      }
    }
  }
  CHECK(seen.size() == 5 * 4 * 3 * 4 * 2);
}

TEST_CASE("below stays below its bound", "[core]") {
  const Random random(1, RandomStream::split);
  for (const std::uint64_t bound : {1ULL, 2ULL, 3ULL, 10ULL, 60000ULL, (1ULL << 32) - 1, 1ULL << 32}) {
    std::uint64_t largest = 0;
    for (std::uint64_t i = 0; i < 10000; ++i) {
      largest = std::max(largest, random.below(bound, 5, i));
    }
    CAPTURE(bound);
    CHECK(largest < bound);
    CHECK(static_cast<double>(largest) >= 0.99 * static_cast<double>(bound - 1));
  }
}

TEST_CASE("below is uniform", "[core]") {
  // Chi-squared with 9 degrees of freedom exceeds 33.7 with probability 1e-4; the draws are fixed.
  const Random random(42, RandomStream::sampling);
  constexpr std::size_t kDraws = 100000;
  std::array<std::size_t, 10> counts{};
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    ++counts[random.below(counts.size(), 1, i)];
  }
  double chi_squared = 0;
  for (const std::size_t count : counts) {
    const double expected = kDraws / 10.0;
    chi_squared += std::pow(static_cast<double>(count) - expected, 2) / expected;
  }
  CHECK(chi_squared < 33.7);
}

TEST_CASE("unit_interval excludes both ends", "[core]") {
  CHECK(unit_interval(0) == 0x1.0p-53);
  CHECK(unit_interval(~std::uint64_t{0}) == 1 - 0x1.0p-53);
  CHECK(unit_interval(std::uint64_t{1} << 63) == Approx(0.5));
}

}  // namespace core_random_test
