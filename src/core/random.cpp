#include "core/random.h"

#include <cassert>

namespace strata {

namespace {

std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kPhiloxMultipliers[0]} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kPhiloxMultipliers[1]} * counter[2];
    counter = {high(product1) ^ counter[1] ^ key[0], low(product1), high(product0) ^ counter[3] ^ key[1],
               low(product0)};
    key[0] += kPhiloxKeySteps[0];
    key[1] += kPhiloxKeySteps[1];
  }
  return counter;
}

std::array<std::uint64_t, 2> Random::bits(std::uint32_t major, std::uint64_t index) const {
  const auto words = philox({low(index), high(index), major, static_cast<std::uint32_t>(stream_)}, key());
  return {words[0] | std::uint64_t{words[1]} << 32, words[2] | std::uint64_t{words[3]} << 32};
}

std::array<std::uint32_t, 2> Random::key() const { return {low(seed_), high(seed_)}; }

std::uint64_t Random::below(std::uint64_t bound, std::uint32_t major, std::uint64_t index) const {
  assert(bound >= 1 && bound <= std::uint64_t{1} << 32);
  return scaled_below(bits(major, index)[0], bound);
}

std::uint64_t scaled_below(std::uint64_t word, std::uint64_t bound) {
  return (high(word) * bound + (low(word) * bound >> 32)) >> 32;
}

double unit_interval(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1.0p-52;  // 53 bits with the half: exact
}

}  // namespace strata
