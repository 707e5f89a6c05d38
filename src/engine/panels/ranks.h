// The panels engine's step over several ranks: each has whole row blocks of the batch, sums its weight gradients
// subtree by subtree as soon as the backward pass has left a layer, and exchanges them while it goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dist/communicator.h"
#include "engine/batch_division.h"
#include "engine/gradients.h"
#include "engine/panels/layers.h"
#include "engine/panels/pass.h"
#include "engine/panels/schedule.h"
#include "engine/panels/team.h"
#include "engine/rank_sums.h"

namespace strata {

class PanelsRanks {
 public:
  /// Floats that are worth a message of their own; a large layer is cut in up to kMostPieces such, so that all but the
  /// last travel while the next is summed.
  static constexpr std::size_t kBucketFloats = 32 * 1024;
  static constexpr std::size_t kMostPieces = 8;

  /// For layers whose gradients lie in `gradients`, as make_gradients lays them out. All but the communicator belong to
  /// the engine, which outlives this.
  PanelsRanks(Communicator& ranks, std::span<const BatchDivision> divisions, std::vector<LiveLayer>& layers,
              const Schedule& schedule, std::span<float> gradients, Team& team);

  /// This rank's rows of a batch of `rows` rows, one of the divisions' sizes, or of none.
  BatchDivision::RowRange rows_of(std::size_t rows) const;
  /// Before a step of so many rows, by thread 0. Returns this rank's.
  BatchDivision::RowRange begin(std::size_t rows);
  /// After a phase of the schedule, by every thread: the gradients of those layers that it completes.
  void after_phase(const Phase& phase, const Pass& pass, int thread);
  /// Then, by thread 0: what this rank's rows came to, and flags.
  void start_sums(const RowResults& rows, std::uint32_t flags);
  /// After the last phase, by every thread: returns when all gradients are those of the whole batch.
  void complete(int thread);
  /// After the step: the sums over the whole batch.
  LossSums sums(double weight) { return sums_[at_].finish(weight); }

 private:
  /// Some units of a layer's weights; the biases of a panel go with its first one.
  struct Work {
    std::size_t layer;
    kernels::panels::Range tiles;
  };
  /// What is exchanged together: of a large layer some panels, of small ones several layers.
  struct Bucket {
    const Phase* phase;  ///< after which it can be summed
    std::vector<Work> work;
    GradientExchange::Range floats;
  };

  std::size_t index_of(std::size_t rows) const;
  static std::vector<Bucket> make_buckets(const std::vector<LiveLayer>& layers, const Schedule& schedule,
                                          std::span<float> gradients);
  void sum(const Bucket& bucket, const Pass& pass, int thread);
  /// Adds a bucket that has been sent and sends its totals.
  void add(std::size_t bucket, int thread);

  Communicator& ranks_;
  std::vector<LiveLayer>& layers_;
  std::span<float> gradients_;
  Team& team_;
  std::vector<Bucket> buckets_;
  GradientExchange exchange_;
  std::span<const BatchDivision> divisions_;
  std::vector<RankSums> sums_;  ///< for each division
  std::size_t at_ = 0;          ///< the division of the step at hand
};

}  // namespace strata
