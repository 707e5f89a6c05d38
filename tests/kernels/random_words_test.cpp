#include "kernels/random_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "tests/catch.h"

namespace kernels_random_words_test {

using namespace strata;
using namespace strata::kernels;

TEST_CASE("words are those of the block function, for any number of them", "[kernels]") {
  const Random random(0xfedcba9876543210, RandomStream::sampling);
  for (const std::uint64_t first :
       {std::uint64_t{0}, std::uint64_t{1}, (std::uint64_t{1} << 32) - 3, ~std::uint64_t{0}}) {
    for (std::size_t count = 0; count < 35; ++count) {
      std::vector<std::array<std::uint64_t, 2>> words(count + 1, {1, 2});
      random_words(random, 77, first, std::span(words).first(count));
      CAPTURE(first, count);
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(words[i] == random.bits(77, first + i));
      }
      CHECK(words[count] == std::array<std::uint64_t, 2>{1, 2});
    }
  }
}

TEST_CASE("a permutation exchanges places as Fisher and Yates do", "[kernels]") {
  const Random random(42, RandomStream::sampling);
  for (const std::size_t count : {2U, 63U, 64U, 65U, 66U, 127U, 128U, 129U, 130U, 1000U}) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = count; i-- > 1;) {
      std::swap(order[i], order[random.below(i + 1, 9, i)]);
    }
    CAPTURE(count);
    CHECK(permutation(random, count, 9) == order);
  }
}

TEST_CASE("permutation has every index once, and depends on its key", "[kernels]") {
  const Random random(42, RandomStream::split);
  for (const std::size_t count : {0U, 1U, 2U, 17U, 1000U}) {
    CAPTURE(count);
    auto order = permutation(random, count, 3);
    CHECK(permutation(random, count, 3) == order);
    std::ranges::sort(order);
    std::vector<std::uint32_t> identity(count);
    std::iota(identity.begin(), identity.end(), 0U);
    CHECK(order == identity);
  }
  CHECK(permutation(random, 100, 3) != permutation(random, 100, 4));
  CHECK(permutation(random, 100, 3) != permutation(Random(43, RandomStream::split), 100, 3));
  CHECK(permutation(random, 100, 3) != permutation(Random(42, RandomStream::sampling), 100, 3));
}

TEST_CASE("permutations of three are equally likely", "[kernels]") {
  // Chi-squared with 5 degrees of freedom exceeds 25.7 with probability 1e-4.
  const Random random(7, RandomStream::sampling);
  std::array<double, 27> counts{};
  constexpr std::uint32_t kDraws = 12000;
  for (std::uint32_t major = 0; major < kDraws; ++major) {
    const auto order = permutation(random, 3, major);
    ++counts[order[0] * 9 + order[1] * 3 + order[2]];
  }
  double chi_squared = 0;
  for (const double count : counts) {
    chi_squared += count == 0 ? 0 : std::pow(count - kDraws / 6.0, 2) / (kDraws / 6.0);
  }
  CHECK(std::ranges::count_if(counts, [](double count) { return count > 0; }) == 6);
  CHECK(chi_squared < 25.7);
}

}  // namespace kernels_random_words_test
