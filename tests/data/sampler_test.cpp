#include "data/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/data/data_files.h"

namespace strata::test::data_sampler_test {

namespace {

using Rows = std::vector<std::uint32_t>;

/// Indices that are not their own places: 1000, 1003, …
Rows some_rows(std::size_t count) {
  Rows rows;
  for (std::uint32_t i = 0; i < count; ++i) {
    rows.push_back(1000 + 3 * i);
  }
  return rows;
}

Rows copy(std::span<const std::uint32_t> batch) { return {batch.begin(), batch.end()}; }

/// All batches of an epoch, one after the other.
Rows epoch_of(Sampler& sampler, std::uint32_t epoch) {
  Rows rows;
  for (std::size_t step = 1; step <= sampler.steps_per_epoch(); ++step) {
    const auto batch = sampler.batch(epoch, step);
    const auto sizes = sampler.batch_sizes();
    REQUIRE(batch.size() == (step == sampler.steps_per_epoch() ? sizes.back() : sizes.front()));
    rows.insert(rows.end(), batch.begin(), batch.end());
  }
  return rows;
}

constexpr SamplingKind kKinds[] = {SamplingKind::random, SamplingKind::shuffle, SamplingKind::sequential};

}  // namespace

TEST_CASE("Steps and batch sizes follow from rows and batch size", "[data]") {
  struct Case {
    SamplingKind kind;
    std::size_t rows;
    std::size_t batch;
    std::size_t steps;
    std::vector<std::size_t> sizes;
  };
  for (const Case& c : {Case{SamplingKind::random, 48000, 32, 1500, {32}},
                        {SamplingKind::random, 100, 32, 3, {32}},
                        {SamplingKind::random, 10, 32, 1, {32}},
                        {SamplingKind::shuffle, 96, 32, 3, {32}},
                        {SamplingKind::shuffle, 100, 32, 4, {32, 4}},
                        {SamplingKind::shuffle, 10, 32, 1, {10}},
                        {SamplingKind::sequential, 100, 32, 4, {32, 4}},
                        {SamplingKind::sequential, 32, 32, 1, {32}},
                        {SamplingKind::sequential, 1, 32, 1, {1}},
                        {SamplingKind::sequential, 3, 1, 3, {1}}}) {
    Sampler sampler(c.kind, some_rows(c.rows), c.batch, 42);
    CHECK(sampler.steps_per_epoch() == c.steps);
    CHECK(sampler.batch_sizes() == c.sizes);
    epoch_of(sampler, 1);
  }
}

TEST_CASE("Random batches draw with replacement, evenly, in every place", "[data]") {
  constexpr std::size_t kCount = 50;
  const Rows rows = some_rows(kCount);
  for (const std::size_t batch_size : {1U, 7U, 32U}) {
    Sampler sampler(SamplingKind::random, rows, batch_size, 42);
    const std::size_t halves = std::max<std::size_t>(batch_size / 2, 1);
    std::vector<std::vector<double>> counts(2, std::vector<double>(kCount));
    std::vector<double> drawn(2);
    bool repeats = false;
    for (std::uint32_t epoch = 1; drawn[0] + drawn[1] < 100'000; ++epoch) {
      for (std::size_t step = 1; step <= sampler.steps_per_epoch(); ++step) {
        Rows batch = copy(sampler.batch(epoch, step));
        for (std::size_t i = 0; i < batch.size(); ++i) {
          const auto found = std::find(rows.begin(), rows.end(), batch[i]);
          REQUIRE(found != rows.end());
          const std::size_t half = i < halves ? 0 : 1;
          ++counts[half][static_cast<std::size_t>(found - rows.begin())];
          ++drawn[half];
        }
        std::sort(batch.begin(), batch.end());
        repeats = repeats || std::adjacent_find(batch.begin(), batch.end()) != batch.end();
      }
    }
    CHECK(repeats == (batch_size > 1));
    for (std::size_t half = 0; half < 2; ++half) {
      const double expected = drawn[half] / kCount;
      double chi_squared = 0;
      for (const double count : counts[half]) {
        chi_squared += expected > 0 ? (count - expected) * (count - expected) / expected : 0;
      }
      CHECK(chi_squared < 49 + 5 * std::sqrt(2.0 * 49));  // 49 degrees of freedom, 5 sigma
    }
  }
}

TEST_CASE("Random draws depend on seed, epoch and place in the epoch, not on the batch size", "[data]") {
  const Rows rows = some_rows(1000);
  Sampler single(SamplingKind::random, rows, 1, 42);
  const Rows expected = epoch_of(single, 3);
  for (const std::size_t batch_size : {2U, 5U, 32U, 33U}) {
    Sampler sampler(SamplingKind::random, rows, batch_size, 42);
    const Rows drawn = epoch_of(sampler, 3);
    CHECK(std::equal(drawn.begin(), drawn.end(), expected.begin()));
    CHECK(epoch_of(sampler, 4) != drawn);
    Sampler other(SamplingKind::random, rows, batch_size, 43);
    CHECK(epoch_of(other, 3) != drawn);
  }
}

TEST_CASE("Random draws are those that the header defines", "[data]") {
  const Rows rows = some_rows(1 << 10);  // a power of two: the row's place is the word's top bits
  const Random random(42, RandomStream::sampling);
  Sampler sampler(SamplingKind::random, rows, 33, 42);
  for (const std::size_t step : {1U, 2U, 17U}) {
    const Rows batch = copy(sampler.batch(5, step));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::size_t position = (step - 1) * 33 + i;
      CHECK(batch[i] == rows[random.bits(5, position / 2)[position % 2] >> 54]);
    }
  }
}

TEST_CASE("Shuffle takes every row once an epoch, in another order each time", "[data]") {
  const Rows rows = some_rows(1000);
  Sampler sampler(SamplingKind::shuffle, rows, 32, 42);
  const Rows first = epoch_of(sampler, 1);
  const Rows second = epoch_of(sampler, 2);
  CHECK(first != rows);
  CHECK(first != second);
  CHECK(std::is_permutation(first.begin(), first.end(), rows.begin(), rows.end()));
  CHECK(std::is_permutation(second.begin(), second.end(), rows.begin(), rows.end()));
  Sampler other(SamplingKind::shuffle, rows, 32, 43);
  CHECK(epoch_of(other, 1) != first);
}

TEST_CASE("Sequential keeps the given order", "[data]") {
  Rows rows = some_rows(100);
  std::reverse(rows.begin(), rows.end());
  Sampler sampler(SamplingKind::sequential, rows, 32, 42);
  CHECK(epoch_of(sampler, 1) == rows);
  CHECK(epoch_of(sampler, 2) == rows);
}

TEST_CASE("A batch larger than the data is full when random, else the data", "[data]") {
  const Rows rows = some_rows(10);
  Sampler random(SamplingKind::random, rows, 64, 42);
  CHECK(epoch_of(random, 1).size() == 64);
  for (const SamplingKind kind : {SamplingKind::shuffle, SamplingKind::sequential}) {
    Sampler sampler(kind, rows, 64, 42);
    Rows drawn = epoch_of(sampler, 1);
    std::sort(drawn.begin(), drawn.end());
    CHECK(drawn == rows);
  }
}

TEST_CASE("Batches asked for in any order are the same", "[data]") {
  for (const SamplingKind kind : kKinds) {
    for (const std::size_t batch_size : {1U, 7U, 32U, 200U}) {
      Sampler forwards(kind, some_rows(100), batch_size, 42);
      Sampler backwards(kind, some_rows(100), batch_size, 42);
      for (std::uint32_t epoch = 3; epoch >= 1; --epoch) {
        for (std::size_t step = backwards.steps_per_epoch(); step >= 1; --step) {
          const Rows batch = copy(backwards.batch(epoch, step));
          backwards.batch(4 - epoch, 1);
          CHECK(copy(backwards.batch(epoch, step)) == batch);
          CHECK(copy(Sampler(kind, some_rows(100), batch_size, 42).batch(epoch, step)) == batch);
          CHECK(copy(forwards.batch(epoch, step)) == batch);
        }
      }
    }
  }
}

}  // namespace strata::test::data_sampler_test
