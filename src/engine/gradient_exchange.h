// Gradients summed over ranks. They lie in one arena, cut in buckets, each of which is exchanged as soon as it is
// summed: of a bucket every rank owns a share, receives the other ranks' sums of it, adds them in the division's order
// and sends the totals to all.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "dist/communicator.h"
#include "engine/batch_division.h"

namespace strata {

class GradientExchange {
 public:
  /// Floats first … last - 1 of the arena.
  struct Range {
    std::size_t first = 0;
    std::size_t last = 0;

    std::size_t size() const { return last - first; }
  };

  /// For gradients of totals.size() floats in these buckets, and any of these divisions, which all ranks know alike.
  /// `totals` must outlive this.
  GradientExchange(Communicator& ranks, std::span<float> totals, std::vector<Range> buckets,
                   std::span<const BatchDivision> divisions);

  std::span<const Range> buckets() const { return buckets_; }
  /// Where this rank's sum over its subtree `i` belongs, laid out as the totals.
  std::span<float> sums(std::size_t i) { return sums_[i]; }

  // A step, in this order; those without a thread by the thread that made the communicator.
  /// Before the first bucket is sent. `division` must last until finish().
  void begin(const BatchDivision& division);
  /// This rank's sums of the bucket are complete.
  void send_sums(std::size_t bucket);
  /// Waits for the others' sums of this rank's share of the bucket.
  void receive_sums(std::size_t bucket);
  /// Adds one thread's part of that share, of `threads`: into the totals.
  void add(std::size_t bucket, int thread, int threads);
  /// This rank's share of the bucket is added.
  void send_totals(std::size_t bucket);
  /// Moves messages on while something else is computed.
  void progress() { ranks_.progress(); }
  /// Waits until every bucket's totals are there, and nothing is under way.
  void finish();

 private:
  /// A rank's share of a bucket.
  Range share(std::size_t bucket, int rank) const;
  void wait_for(std::vector<Communicator::Transfer>& transfers);

  Communicator& ranks_;
  std::span<float> totals_;
  std::vector<Range> buckets_;
  std::vector<AlignedVector<float>> sums_;      ///< by own subtree
  std::vector<AlignedVector<float>> received_;  ///< by another rank's subtree: this rank's share of all buckets
  std::vector<std::size_t> share_offsets_;      ///< of each bucket's share among those
  const BatchDivision* division_ = nullptr;
  std::vector<std::vector<Communicator::Transfer>> receives_;  ///< of sums, by bucket
  std::vector<Communicator::Transfer> others_;                 ///< all other transfers of the step
};

}  // namespace strata
