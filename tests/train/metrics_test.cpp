#include "train/metrics.h"

#include "tests/catch.h"

namespace train_metrics_test {

using namespace strata;

TEST_CASE("epoch means weigh steps by their rows", "[train]") {
  EpochMeans means;
  means.add({8.0, 3, 4.0}, 4);
  CHECK(means.loss() == 2);
  CHECK(means.figure() == 0.75);
  means.add({1.0, 0, 1.0}, 1);
  CHECK(means.rows() == 5);
  CHECK(means.loss() == 9.0 / 5);
  CHECK(means.figure() == 3.0 / 5);
}

TEST_CASE("epoch losses are weighted means where rows have weights", "[train]") {
  EpochMeans means;
  means.add({8.0, 3, 2.5}, 4);
  means.add({1.0, 0, 0.5}, 1);
  CHECK(means.loss() == 3);
  CHECK(means.figure() == 3.0 / 5);
}

TEST_CASE("a stopwatch does not run backwards", "[train]") {
  const Stopwatch clock;
  const double first = clock.seconds();
  CHECK(first >= 0);
  CHECK(clock.seconds() >= first);
}

}  // namespace train_metrics_test
