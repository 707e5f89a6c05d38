#include "engine/batch_division.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "tests/catch.h"

namespace engine_batch_division_test {

using namespace strata;

namespace {

/// The tree of docs/numerics.md over values of blocks [first, last).
float tree(const std::vector<float>& blocks, std::size_t first, std::size_t last) {
  if (last - first == 1) {
    return blocks[first];
  }
  const std::size_t middle = first + std::bit_floor(last - first - 1);
  return tree(blocks, first, middle) + tree(blocks, middle, last);
}

/// Values whose sum depends on the order.
std::vector<float> block_values(std::size_t blocks) {
  std::vector<float> values(blocks);
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<std::int32_t>(state)) * 1e-7F;
  }
  return values;
}

/// As ranks do it: each sums its subtrees, then all are added in the division's order.
float by_ranks(const std::vector<float>& blocks, const BatchDivision& division, int ranks) {
  std::vector<std::size_t> next(static_cast<std::size_t>(ranks), 0);
  std::vector<float> stack;
  for (const SumInTurn& turn : division.order()) {
    const auto part = division.subtrees(turn.rank)[next[static_cast<std::size_t>(turn.rank)]++];
    const std::vector<float> own(blocks.begin() + static_cast<std::ptrdiff_t>(part.first / 64),
                                 blocks.begin() + static_cast<std::ptrdiff_t>((part.last + 63) / 64));
    stack.push_back(tree(own, 0, own.size()));
    for (std::size_t m = 0; m < turn.merges; ++m) {
      const float right = stack.back();
      stack.pop_back();
      stack.back() += right;
    }
  }
  REQUIRE(stack.size() == 1);
  return stack.front();
}

}  // namespace

TEST_CASE("Ranks' subtrees add up to the tree of one process, bit for bit", "[engine]") {
  for (std::size_t blocks = 1; blocks <= 40; ++blocks) {
    const std::vector<float> values = block_values(blocks);
    const float expected = tree(values, 0, blocks);
    for (int ranks = 1; ranks <= 8; ++ranks) {
      for (const std::size_t rows : {64 * blocks, 64 * blocks - 63}) {
        INFO(rows << " rows, " << ranks << " ranks");
        REQUIRE(by_ranks(values, BatchDivision(rows, ranks), ranks) == expected);
      }
    }
  }
}

TEST_CASE("Ranks own whole row blocks, all of them, as equally as can be", "[engine]") {
  for (std::size_t blocks = 1; blocks <= 40; ++blocks) {
    for (int ranks = 1; ranks <= 8; ++ranks) {
      INFO(blocks << " blocks, " << ranks << " ranks");
      const BatchDivision division(64 * blocks - 1, ranks);
      std::size_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const auto part = division.rows_of(rank);
        REQUIRE(part.first == next);
        REQUIRE((part.last % 64 == 0 || part.last == 64 * blocks - 1));
        REQUIRE((part.size() > 0) == (static_cast<std::size_t>(rank) < blocks));
        std::size_t covered = part.first;
        for (const auto& subtree : division.subtrees(rank)) {
          REQUIRE(subtree.first == covered);
          covered = subtree.last;
        }
        REQUIRE(covered == part.last);
        next = part.last;
      }
      REQUIRE(next == 64 * blocks - 1);
      const auto count = static_cast<std::size_t>(ranks);
      REQUIRE(division.most_blocks() == (blocks + count - 1) / count);
    }
  }
}

TEST_CASE("Powers of two need one sum a rank, and uneven divisions few", "[engine]") {
  CHECK(BatchDivision(1024, 1).order().size() == 1);
  CHECK(BatchDivision(1024, 2).order().size() == 2);
  CHECK(BatchDivision(1024, 4).order().size() == 4);
  CHECK(BatchDivision(1024, 3).order().size() == 5);
  CHECK(BatchDivision(1000, 16).order().size() == 16);
}

}  // namespace engine_batch_division_test
