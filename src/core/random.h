// Counter-based random numbers: every draw is a pure function of (seed, stream, position), so that
// no draw depends on how many others were made before it, or by which thread.
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cstdint>

namespace strata {

/// What a draw is for; each purpose has its own stream.
enum class RandomStream : std::uint32_t { weights = 1, split = 2, sampling = 3, dropout = 4, search = 5 };

/// What Philox multiplies by, and what it adds to the two words of the key after each of its rounds.
inline constexpr std::array<std::uint32_t, 2> kPhiloxMultipliers{0xD2511F53U, 0xCD9E8D57U};
inline constexpr std::array<std::uint32_t, 2> kPhiloxKeySteps{0x9E3779B9U, 0xBB67AE85U};
inline constexpr int kPhiloxRounds = 10;

/// The Philox4x32-10 block function: 128 random bits for a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// The draws of one stream of one seed.
class Random {
 public:
  Random(std::uint64_t seed, RandomStream stream) : seed_(seed), stream_(stream) {}

  /// Two independent 64-bit words for position (major, index); major < 2^32, e.g. an epoch or a layer.
  std::array<std::uint64_t, 2> bits(std::uint32_t major, std::uint64_t index) const;

  /// A whole number in [0, bound) by scaled_below; its bias is below bound / 2^64.
  /// bound is at least 1 and at most 2^32.
  std::uint64_t below(std::uint64_t bound, std::uint32_t major, std::uint64_t index) const;

  /// What all its blocks have in common: Philox' key, and the last word of its counters.
  std::array<std::uint32_t, 2> key() const;
  RandomStream stream() const { return stream_; }

 private:
  std::uint64_t seed_;
  RandomStream stream_;
};

/// The high 64 bits of word * bound, where bound <= 2^32: a whole number in [0, bound) (Lemire 2019).
std::uint64_t scaled_below(std::uint64_t word, std::uint64_t bound);

/// The top 52 bits as a double in (0, 1): never 0, never 1.
double unit_interval(std::uint64_t bits);

}  // namespace strata
