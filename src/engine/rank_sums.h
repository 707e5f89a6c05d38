// Sums over the rows of a batch or of a part that ranks share: the same, to the bit, as those of one process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "dist/communicator.h"
#include "engine/batch_division.h"
#include "engine/engine.h"
#include "engine/loss.h"

namespace strata {

/// Those of `rows` rows that `rank` evaluates, in whole row blocks.
BatchDivision::RowRange evaluation_rows(std::size_t rows, int rank, int world_size);
/// This rank's; all of them if `ranks` is null.
BatchDivision::RowRange evaluation_rows(std::size_t rows, const Communicator* ranks);

/// One exchange of the rows' losses and quick figures, as sums over row blocks, and of the flags.
class RankSums {
 public:
  /// `rows_of` gives each rank's rows of the whole, in whole row blocks, none for some.
  RankSums(Communicator& ranks, const std::function<BatchDivision::RowRange(int rank)>& rows_of);

  /// This rank's rows. Every rank calls it, and does not wait for the others.
  void start(const RowResults& rows, std::uint32_t flags);
  /// Waits for them. Flags are those that any rank has set.
  LossSums finish(double weight);

 private:
  Communicator& ranks_;
  std::vector<std::size_t> blocks_;  ///< of each rank
  std::vector<double> mine_;         ///< flags, sums of blocks: losses, then figures
  std::vector<double> all_;
  Communicator::Transfer transfer_{};
};

/// The sums over all of `rows` rows from what this rank's evaluation_rows of them came to. Every rank calls it.
LossSums sums_over_ranks(Communicator& ranks, std::size_t rows, const RowResults& own);

/// The sums of a batch or a part that this process has alone.
LossSums sums_of(const RowResults& rows, double weight);

/// The rows that each rank has filled of `predictions` go to all. Every rank calls it.
void gather_rows(Communicator& ranks, MatrixView<float> predictions);

}  // namespace strata
