#include "search/range_test.h"

#include <cmath>

#include "tests/catch.h"
#include "tests/train/small_source.h"

using namespace strata;

namespace {

/// A test of `steps` rates from 1e-4 to 1 whose gain rises to `gain` at `peak` and then falls.
RangeTest made_test(std::size_t steps, std::size_t peak, double gain, double noise) {
  RangeTest test;
  const LogRange range{1e-4, 1};
  for (std::size_t i = 0; i < steps; ++i) {
    const double distance = std::abs(static_cast<double>(i) - static_cast<double>(peak));
    test.rates.push_back(range.at(static_cast<double>(i) / static_cast<double>(steps - 1)));
    test.control.push_back(1);
    test.smoothed.push_back(1 - gain * (1 - distance / static_cast<double>(steps)));
  }
  test.losses = test.smoothed;
  test.noise = noise;
  return test;
}

}  // namespace

TEST_CASE("smoothed values of a constant are the constant", "[search]") {
  for (const double value : smooth(std::vector<double>(50, 2.5))) {
    CHECK(value == Approx(2.5));
  }
  CHECK(smooth({}).empty());
}

TEST_CASE("half the rate of the largest gain is suggested", "[search]") {
  const Suggestion suggestion = suggest(made_test(101, 75, 0.5, 0.01));
  CHECK(suggestion.rate == 0.05);
  CHECK(suggestion.reason.empty());
}

TEST_CASE("a gain within three standard errors is too noisy to suggest", "[search]") {
  const Suggestion suggestion = suggest(made_test(101, 75, 0.02, 0.01));
  CHECK(suggestion.rate == 0);
  CHECK(suggestion.reason.find("too noisy") == 0);
}

TEST_CASE("a gain that still grows, or a test that ends at once, suggests nothing", "[search]") {
  CHECK(suggest(made_test(101, 100, 0.5, 0.01)).reason.find("the gain still grows") == 0);
  CHECK(suggest(made_test(10, 5, 0.5, 0.01)).reason.find("the loss explodes") == 0);
}

TEST_CASE("a range test raises one group's rate and leaves the others at theirs", "[search]") {
  const DataSource source = test::small_source();
  TrainConfig config = test::small_config();
  config.max_steps = 60;
  config.epochs = 100;
  const MakeTrainer make = [&] { return Trainer(config, source); };
  const RangeTest test = test_range(make, 0, {0.05, 0.01}, {1e-4, 1e-2}, 60, test::never);
  REQUIRE(test.rates.size() == 60);
  CHECK(test.rates.front() == 1e-4);
  CHECK(test.rates.back() == 1e-2);
  CHECK(test.losses.size() == test.control.size());
  CHECK(test.smoothed.front() == Approx(test.control.front()));  // the first batch is seen before any update
  const RangeTest again = test_range(make, 0, {0.05, 0.01}, {1e-4, 1e-2}, 60, test::never);
  CHECK(again.losses == test.losses);
}

TEST_CASE("a range test ends where the loss explodes", "[search]") {
  const DataSource source = test::small_source();
  TrainConfig config = test::small_config();
  config.max_steps = 200;
  config.epochs = 100;
  const RangeTest test =
      test_range([&] { return Trainer(config, source); }, 0, {0.05, 0.01}, {1e-3, 1e6}, 200, test::never);
  CHECK(test.rates.size() < 200);
  CHECK(test.rates.size() > 20);
}
