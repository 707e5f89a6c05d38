// What happens to whole gradients between the backward pass and the update: they are summed over ranks, measured, and
// clipped by their global norm, that is, all scaled by one factor.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "dist/communicator.h"
#include "engine/batch_division.h"
#include "model/model.h"

namespace strata {

/// Gradients summed over ranks. They lie in one arena, cut in buckets, each of which is exchanged as soon as it is
/// summed: of a bucket every rank owns a share, receives the other ranks' sums of it, adds them in the division's order
/// and sends the totals to all.
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

/// The largest norm, and whose formula gives the factor (docs/numerics.md).
struct ClipNorm {
  double limit = 0;
  Convention convention = Convention::keras;
};

/// What every gradient is multiplied by, given the sum of all their squares; rounded once.
float clip_factor(const ClipNorm& clip, double sum_of_squares);

/// The sums of squared gradients of each output of each trained layer, which threads may fill side by side, and their
/// sum in an order that does not depend on who did.
class GradientSquares {
 public:
  /// `trained` says of each layer whether its gradients count.
  GradientSquares(const std::vector<LayerSpec>& layers, const std::vector<bool>& trained);

  /// A trained layer's outputs first …, as many as weights has columns: per output the chain of squares over the
  /// inputs, then the bias. weights (inputs, outputs), bias (outputs). Outputs past the layer's last are no matter, up
  /// to a multiple of 16.
  void fill(std::size_t layer, std::size_t first, MatrixView<const float> weights, std::span<const float> bias);

  /// After fill for every output of every trained layer: the norm of each layer, 0 of those not trained.
  std::vector<double> norms() const;
  /// Likewise the sum of all: outputs in order, then layers in order.
  double sum() const;

 private:
  struct Layer {
    std::size_t outputs;
    AlignedVector<double> squares;  ///< padded; empty where the layer is not trained
  };
  static double sum_of(const Layer& layer);

  std::vector<Layer> layers_;
};

}  // namespace strata
