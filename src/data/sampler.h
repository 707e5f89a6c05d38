// Which rows make up each batch.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace strata {

enum class SamplingKind { random, shuffle, sequential };

/// Yields the row indices of a batch as a pure function of (seed, epoch, step).
/// random: drawn with replacement, floor(rows / batch) steps an epoch, at least 1, every batch full.
/// shuffle: a new permutation each epoch; sequential: the given order; in both the last batch may be smaller.
///
/// Positions count an epoch's samples from 0: place i of the batch at `step` is p = (step - 1) * batch_size + i.
/// With the sampling stream's Random and n rows, the row at p is
/// random: rows[word * n / 2^64, rounded down], word being element p mod 2 of bits(epoch, p / 2);
/// shuffle: rows[kernels::permutation(random, n, epoch)[p]]; sequential: rows[p].
class Sampler {
 public:
  /// `rows` (kept as a copy) are indices into the data set; not empty; batch_size at least 1.
  Sampler(SamplingKind kind, std::vector<std::uint32_t> rows, std::size_t batch_size, std::uint64_t seed);

  std::size_t steps_per_epoch() const;
  /// The batch sizes that occur: one, or two where the last batch is smaller. The first is the largest.
  std::vector<std::size_t> batch_sizes() const;
  /// Rows of the batch at (epoch, step), both counted from 1; valid until the next call.
  std::span<const std::uint32_t> batch(std::uint32_t epoch, std::size_t step);

 private:
  /// Fills batch_ with the draws from position `first` of the epoch on.
  void draw(std::uint32_t epoch, std::size_t first);
  /// Makes order_ the permutation of the epoch.
  void shuffle(std::uint32_t epoch);

  SamplingKind kind_;
  std::vector<std::uint32_t> rows_;
  std::size_t batch_size_;
  Random random_;
  std::uint32_t shuffled_epoch_ = 0;  ///< the epoch that order_ belongs to
  std::vector<std::uint32_t> order_;  ///< shuffle: this epoch's order of rows_
  std::vector<std::uint32_t> batch_;  ///< random: the batch drawn last, from these words
  std::vector<std::array<std::uint64_t, 2>> words_;
};

}  // namespace strata
