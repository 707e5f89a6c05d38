#include "engine/rank_sums.h"

#include <algorithm>

#include "kernels/sums.h"

namespace strata {

namespace {

/// What stands before the sums of blocks.
constexpr std::size_t kFlags = 0;
constexpr std::size_t kBlocks = 1;

std::span<const float> block_of(std::span<const float> values, std::size_t block) {
  const auto rest = values.subspan(block * BatchDivision::kRowBlock);
  return rest.first(std::min(rest.size(), BatchDivision::kRowBlock));
}

}  // namespace

BatchDivision::RowRange evaluation_rows(std::size_t rows, int rank, int world_size) {
  const std::size_t blocks = BatchDivision::blocks_of(rows);
  const auto boundary = [&](int at) {
    const std::size_t block = blocks * static_cast<std::size_t>(at) / static_cast<std::size_t>(world_size);
    return std::min(rows, block * BatchDivision::kRowBlock);
  };
  return {boundary(rank), boundary(rank + 1)};
}

BatchDivision::RowRange evaluation_rows(std::size_t rows, const Communicator* ranks) {
  return ranks != nullptr ? evaluation_rows(rows, ranks->rank(), ranks->world_size())
                          : BatchDivision::RowRange{0, rows};
}

LossSums sums_over_ranks(Communicator& ranks, std::size_t rows, const RowResults& own) {
  RankSums sums(ranks, [&](int rank) { return evaluation_rows(rows, rank, ranks.world_size()); });
  sums.start(own, 0);
  return sums.finish(static_cast<double>(rows));
}

LossSums sums_of(const RowResults& rows, double weight) {
  return {
      .loss = kernels::sum_in_blocks(rows.losses), .figure = kernels::sum_in_blocks(rows.figures), .weight = weight};
}

RankSums::RankSums(Communicator& ranks, const std::function<BatchDivision::RowRange(int rank)>& rows_of)
    : ranks_(ranks) {
  for (int rank = 0; rank < ranks.world_size(); ++rank) {
    blocks_.push_back(BatchDivision::blocks_of(rows_of(rank).size()));
  }
  mine_.assign(kBlocks + 2 * std::ranges::max(blocks_), 0.0);
  all_.assign(mine_.size() * blocks_.size(), 0.0);
}

void RankSums::start(const RowResults& rows, std::uint32_t flags) {
  mine_[kFlags] = flags;
  const std::size_t blocks = BatchDivision::blocks_of(rows.losses.size());
  for (std::size_t block = 0; block < blocks; ++block) {
    mine_[kBlocks + block] = kernels::sum_in_blocks(block_of(rows.losses, block));
    mine_[kBlocks + blocks + block] = kernels::sum_in_blocks(block_of(rows.figures, block));
  }
  transfer_ = ranks_.start_all_gather(std::as_bytes(std::span(mine_)), std::as_writable_bytes(std::span(all_)));
}

LossSums RankSums::finish(double weight) {
  ranks_.wait(transfer_);
  LossSums sums;
  sums.weight = weight;
  std::vector<double> losses;
  std::vector<double> figures;
  for (std::size_t rank = 0; rank < blocks_.size(); ++rank) {
    const auto theirs = std::span(all_).subspan(rank * mine_.size(), mine_.size());
    sums.flags |= static_cast<std::uint32_t>(theirs[kFlags]);
    const auto their_losses = theirs.subspan(kBlocks, blocks_[rank]);
    const auto their_figures = theirs.subspan(kBlocks + blocks_[rank], blocks_[rank]);
    losses.insert(losses.end(), their_losses.begin(), their_losses.end());
    figures.insert(figures.end(), their_figures.begin(), their_figures.end());
  }
  sums.loss = kernels::sum_of_blocks(losses);
  sums.figure = kernels::sum_of_blocks(figures);
  return sums;
}

void gather_rows(Communicator& ranks, MatrixView<float> predictions) {
  const auto rows_of = [&](int rank) { return evaluation_rows(predictions.rows(), rank, ranks.world_size()); };
  std::size_t most = 0;
  for (int rank = 0; rank < ranks.world_size(); ++rank) {
    most = std::max(most, rows_of(rank).size());
  }
  const std::size_t columns = predictions.columns();
  std::vector<float> mine(most * columns);
  std::vector<float> all(mine.size() * static_cast<std::size_t>(ranks.world_size()));
  for (std::size_t row = rows_of(ranks.rank()).first; row < rows_of(ranks.rank()).last; ++row) {
    std::copy_n(predictions.row(row), columns, mine.data() + (row - rows_of(ranks.rank()).first) * columns);
  }
  ranks.all_gather(std::as_bytes(std::span(mine)), std::as_writable_bytes(std::span(all)));
  for (int rank = 0; rank < ranks.world_size(); ++rank) {
    const float* theirs = all.data() + static_cast<std::size_t>(rank) * mine.size();
    for (std::size_t row = rows_of(rank).first; row < rows_of(rank).last; ++row, theirs += columns) {
      std::copy_n(theirs, columns, predictions.row(row));
    }
  }
}

}  // namespace strata
