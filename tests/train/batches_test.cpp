#include "train/batches.h"

#include <algorithm>
#include <numeric>

#include "tests/catch.h"

namespace train_batches_test {

using namespace strata;

TEST_CASE("batches are the sampler's, the next one known a step ahead, from any step on", "[train]") {
  std::vector<std::uint32_t> rows(23);
  std::iota(rows.begin(), rows.end(), 100U);
  for (const SamplingKind kind : {SamplingKind::random, SamplingKind::shuffle, SamplingKind::sequential}) {
    CAPTURE(static_cast<int>(kind));
    Sampler expected(kind, rows, 8, 5);
    const auto steps = static_cast<std::uint32_t>(expected.steps_per_epoch());
    for (const std::uint32_t start : {0U, 1U, steps, 2 * steps - 1}) {  // as a run that goes on where another stopped
      Batches batches(Sampler(kind, rows, 8, 5), 3);
      for (std::uint32_t i = start; i < 3 * steps; ++i) {
        batches.advance(i / steps + 1, i % steps + 1);
        CHECK(std::ranges::equal(batches.rows(), expected.batch(i / steps + 1, i % steps + 1)));
        if (i + 1 < 3 * steps) {
          CHECK(std::ranges::equal(batches.next_rows(), expected.batch((i + 1) / steps + 1, (i + 1) % steps + 1)));
        } else {
          CHECK(batches.next_rows().empty());
        }
      }
    }
  }
}

}  // namespace train_batches_test
