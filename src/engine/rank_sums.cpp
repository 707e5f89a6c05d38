#include "engine/rank_sums.h"

#include <algorithm>

#include "kernels/softmax_cross_entropy.h"

namespace strata {

namespace {

/// What stands before the sums of blocks.
constexpr std::size_t kCorrect = 0;
constexpr std::size_t kFlags = 1;
constexpr std::size_t kBlocks = 2;

}  // namespace

BatchDivision::Part evaluation_part(std::size_t rows, int rank, int world_size) {
  const std::size_t blocks = BatchDivision::blocks_of(rows);
  const auto boundary = [&](int at) {
    const std::size_t block = blocks * static_cast<std::size_t>(at) / static_cast<std::size_t>(world_size);
    return std::min(rows, block * BatchDivision::kRowBlock);
  };
  return {boundary(rank), boundary(rank + 1)};
}

BatchDivision::Part evaluation_part(std::size_t rows, const Communicator* ranks) {
  return ranks != nullptr ? evaluation_part(rows, ranks->rank(), ranks->world_size()) : BatchDivision::Part{0, rows};
}

LossSums sums_over_ranks(Communicator& ranks, std::size_t rows, std::span<const float> row_losses,
                         const LossSums& own) {
  RankSums sums(ranks, [&](int rank) { return evaluation_part(rows, rank, ranks.world_size()); });
  sums.start(row_losses, own.correct, 0);
  return sums.finish(own.weight);
}

RankSums::RankSums(Communicator& ranks, const std::function<BatchDivision::Part(int rank)>& part) : ranks_(ranks) {
  for (int rank = 0; rank < ranks.world_size(); ++rank) {
    blocks_.push_back(BatchDivision::blocks_of(part(rank).size()));
  }
  mine_.assign(kBlocks + std::ranges::max(blocks_), 0.0);
  all_.assign(mine_.size() * blocks_.size(), 0.0);
}

void RankSums::start(std::span<const float> row_losses, std::size_t correct, std::uint32_t flags) {
  mine_[kCorrect] = static_cast<double>(correct);
  mine_[kFlags] = flags;
  for (std::size_t block = 0; block * BatchDivision::kRowBlock < row_losses.size(); ++block) {
    const auto rest = row_losses.subspan(block * BatchDivision::kRowBlock);
    mine_[kBlocks + block] = kernels::sum_in_blocks(rest.first(std::min(rest.size(), BatchDivision::kRowBlock)));
  }
  transfer_ = ranks_.start_all_gather(std::as_bytes(std::span(mine_)), std::as_writable_bytes(std::span(all_)));
}

LossSums RankSums::finish(double weight) {
  ranks_.wait(transfer_);
  LossSums sums;
  sums.weight = weight;
  std::vector<double> blocks;
  for (std::size_t rank = 0; rank < blocks_.size(); ++rank) {
    const auto theirs = std::span(all_).subspan(rank * mine_.size(), mine_.size());
    sums.correct += static_cast<std::size_t>(theirs[kCorrect]);
    sums.flags |= static_cast<std::uint32_t>(theirs[kFlags]);
    const auto their_blocks = theirs.subspan(kBlocks, blocks_[rank]);
    blocks.insert(blocks.end(), their_blocks.begin(), their_blocks.end());
  }
  sums.loss = kernels::sum_of_blocks(blocks);
  return sums;
}

void gather_rows(Communicator& ranks, MatrixView<float> probabilities) {
  const auto part = [&](int rank) { return evaluation_part(probabilities.rows(), rank, ranks.world_size()); };
  std::size_t most = 0;
  for (int rank = 0; rank < ranks.world_size(); ++rank) {
    most = std::max(most, part(rank).size());
  }
  const std::size_t columns = probabilities.columns();
  std::vector<float> mine(most * columns);
  std::vector<float> all(mine.size() * static_cast<std::size_t>(ranks.world_size()));
  for (std::size_t row = part(ranks.rank()).first; row < part(ranks.rank()).last; ++row) {
    std::copy_n(probabilities.row(row), columns, mine.data() + (row - part(ranks.rank()).first) * columns);
  }
  ranks.all_gather(std::as_bytes(std::span(mine)), std::as_writable_bytes(std::span(all)));
  for (int rank = 0; rank < ranks.world_size(); ++rank) {
    const float* theirs = all.data() + static_cast<std::size_t>(rank) * mine.size();
    for (std::size_t row = part(rank).first; row < part(rank).last; ++row, theirs += columns) {
      std::copy_n(theirs, columns, probabilities.row(row));
    }
  }
}

}  // namespace strata
