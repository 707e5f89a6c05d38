// The row blocks of a global batch, divided among ranks, and the order in which their sums are added: the fixed tree of
// docs/numerics.md, whoever owns which blocks.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "dist/communicator.h"

namespace strata {

/// Sums that ranks add one after the other onto a stack: each `merges` of its topmost ones become one, left + right,
/// once this one lies there. In the end one is left.
struct SumInTurn {
  int rank = 0;
  std::size_t merges = 0;
};

/// A batch's rows, in blocks of 64, divided among ranks: runs of whole blocks, by rank, the largest as small as can be,
/// and with as few sums to exchange as that allows. A pure function, so that all ranks know each other's rows.
class BatchDivision {
 public:
  static constexpr std::size_t kRowBlock = 64;

  /// Rows first … last - 1.
  struct RowRange {
    std::size_t first = 0;
    std::size_t last = 0;

    std::size_t size() const { return last - first; }
    friend bool operator==(const RowRange&, const RowRange&) = default;
  };

  /// How the ranks' sums become one: by the tree, or one whole sum a rank, added rank by rank.
  enum class Adding { by_tree, by_rank };

  BatchDivision(std::size_t rows, int ranks, Adding adding = Adding::by_tree);

  static constexpr std::size_t blocks_of(std::size_t rows) { return (rows + kRowBlock - 1) / kRowBlock; }

  std::size_t rows() const { return of_ranks_.back().last; }
  /// The rows of a rank; none for some ranks of a batch with fewer blocks than ranks.
  RowRange rows_of(int rank) const { return of_ranks_[static_cast<std::size_t>(rank)]; }
  /// The most blocks that a rank has.
  std::size_t most_blocks() const;
  /// A rank's rows, cut where the tree cuts them: the sum over each piece is one of the tree's.
  const std::vector<RowRange>& subtrees(int rank) const { return subtrees_[static_cast<std::size_t>(rank)]; }
  /// All ranks' subtrees, in the batch's order.
  const std::vector<SumInTurn>& order() const { return order_; }

 private:
  /// Adds the subtrees of blocks first … last - 1, which are one of the tree's.
  void cut(std::size_t first, std::size_t last, int rank);
  void take_whole_runs();

  std::vector<RowRange> of_ranks_;
  std::vector<std::vector<RowRange>> subtrees_;
  std::vector<SumInTurn> order_;
};

/// The division of each batch size; none if `ranks` is null.
std::vector<BatchDivision> divide_batches(std::span<const std::size_t> batch_sizes, const Communicator* ranks,
                                          BatchDivision::Adding adding);
/// The sizes of this rank's parts, each once, without 0; the batches' own if `ranks` is null.
std::vector<std::size_t> own_sizes(std::span<const std::size_t> batch_sizes, std::span<const BatchDivision> divisions,
                                   const Communicator* ranks);

}  // namespace strata
