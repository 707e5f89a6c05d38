#include "engine/batch_division.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace strata {

namespace {

/// Where the tree divides more than one block.
std::size_t middle_of(std::size_t first, std::size_t last) { return first + std::bit_floor(last - first - 1); }

/// How many of the tree's sums over blocks [first, last) make up [from, to).
std::size_t sums_within(std::size_t first, std::size_t last, std::size_t from, std::size_t to) {
  if (to <= first || last <= from) {
    return 0;
  }
  if (from <= first && last <= to) {
    return 1;
  }
  const std::size_t middle = middle_of(first, last);
  return sums_within(first, middle, from, to) + sums_within(middle, last, from, to);
}

/// For runs of ranks 0 … r - 1 that end after block `least` + i: the fewest sums, and where the last of the runs
/// begins.
struct RunEnds {
  std::size_t least = 0;
  std::vector<std::size_t> fewest;
  std::vector<std::size_t> start;
};

/// Those of one rank more, with runs of at most `most` blocks and at least `left` blocks to come.
RunEnds one_rank_more(const RunEnds& before, std::size_t blocks, std::size_t most, std::size_t left) {
  RunEnds ends{std::max(before.least + 1, blocks - std::min(blocks, left * most)), {}, {}};
  const std::size_t last_start = before.least + before.fewest.size() - 1;
  for (std::size_t end = ends.least; end <= std::min(last_start + most, blocks - left); ++end) {
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    std::size_t best = 0;
    for (std::size_t start = std::max(before.least, end - std::min(end, most)); start < end && start <= last_start;
         ++start) {
      const std::size_t sums = before.fewest[start - before.least] + sums_within(0, blocks, start, end);
      if (sums < fewest) {
        fewest = sums;
        best = start;
      }
    }
    ends.fewest.push_back(fewest);
    ends.start.push_back(best);
  }
  return ends;
}

/// The blocks at which each rank's run ends: runs of at least one block and at most blocks / ranks, rounded up, that
/// together have the fewest sums.
std::vector<std::size_t> run_ends(std::size_t blocks, std::size_t ranks) {
  const std::size_t most = (blocks + ranks - 1) / ranks;
  std::vector<RunEnds> all{{0, {0}, {0}}};
  for (std::size_t r = 1; r <= ranks; ++r) {
    all.push_back(one_rank_more(all.back(), blocks, most, ranks - r));
  }
  std::vector<std::size_t> ends(ranks, blocks);
  for (std::size_t r = ranks; r > 1; --r) {
    ends[r - 2] = all[r].start[ends[r - 1] - all[r].least];
  }
  return ends;
}

}  // namespace

BatchDivision::BatchDivision(std::size_t rows, int ranks, Adding adding) {
  const std::size_t blocks = blocks_of(rows);
  std::vector<std::size_t> ends = run_ends(blocks, std::min(blocks, static_cast<std::size_t>(ranks)));
  ends.resize(static_cast<std::size_t>(ranks), blocks);
  std::size_t first = 0;
  for (const std::size_t end : ends) {
    of_ranks_.push_back({first, std::min(end * kRowBlock, rows)});
    first = of_ranks_.back().last;
  }
  subtrees_.resize(of_ranks_.size());
  adding == Adding::by_tree ? cut(0, blocks, 0) : take_whole_runs();
}

void BatchDivision::take_whole_runs() {
  for (std::size_t rank = 0; rank < of_ranks_.size(); ++rank) {
    if (of_ranks_[rank].size() > 0) {
      subtrees_[rank].push_back(of_ranks_[rank]);
      order_.push_back({static_cast<int>(rank), rank > 0 ? std::size_t{1} : 0});
    }
  }
}

std::vector<BatchDivision> divide_batches(std::span<const std::size_t> batch_sizes, const Communicator* ranks,
                                          BatchDivision::Adding adding) {
  std::vector<BatchDivision> divisions;
  for (const std::size_t rows : batch_sizes) {
    if (ranks != nullptr) {
      divisions.emplace_back(rows, ranks->world_size(), adding);
    }
  }
  return divisions;
}

std::vector<std::size_t> own_sizes(std::span<const std::size_t> batch_sizes, std::span<const BatchDivision> divisions,
                                   const Communicator* ranks) {
  if (ranks == nullptr) {
    return {batch_sizes.begin(), batch_sizes.end()};
  }
  std::vector<std::size_t> sizes;
  for (const BatchDivision& division : divisions) {
    const std::size_t size = division.rows_of(ranks->rank()).size();
    if (size > 0 && std::ranges::find(sizes, size) == sizes.end()) {
      sizes.push_back(size);
    }
  }
  return sizes;
}

std::size_t BatchDivision::most_blocks() const {
  std::size_t most = 0;
  for (const RowRange& rows : of_ranks_) {
    most = std::max(most, blocks_of(rows.size()));
  }
  return most;
}

void BatchDivision::cut(std::size_t first, std::size_t last, int rank) {
  while (rows_of(rank).last <= first * kRowBlock) {
    ++rank;
  }
  const std::size_t end = std::min(last * kRowBlock, rows());
  if (end <= rows_of(rank).last) {
    subtrees_[static_cast<std::size_t>(rank)].push_back({first * kRowBlock, end});
    order_.push_back({rank, 0});
    return;
  }
  const std::size_t middle = middle_of(first, last);
  cut(first, middle, rank);
  cut(middle, last, rank);
  ++order_.back().merges;
}

}  // namespace strata
