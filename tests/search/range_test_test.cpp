#include "search/range_test.h"

#include <algorithm>
#include <cmath>

#include "tests/catch.h"
#include "tests/train/small_source.h"

namespace search_range_test_test {

using namespace strata;

namespace {

/// A test of `steps` rates from 1e-4 to 1 in which training lowers the loss by `gain` from 1e-3 to 1e-2 and raises it
/// again from 0.1 on, by 2 a decade.
RangeTest made_test(std::size_t steps, double gain, double noise) {
  RangeTest test;
  const LogRange range{1e-4, 1};
  for (std::size_t i = 0; i < steps; ++i) {
    const double decade = 4 * static_cast<double>(i) / static_cast<double>(steps - 1);
    test.rates.push_back(range.at(decade / 4));
    test.losses.push_back(1 - gain * std::clamp(decade - 1, 0.0, 1.0) + 2 * std::max(decade - 3, 0.0));
  }
  test.smoothed = smooth(test.losses, smoothing_reach(range, steps));
  test.control = std::vector<double>(steps, 1);
  test.noise = noise;
  test.blank_loss = 1;
  return test;
}

/// Trainers of the small problem for so many steps, as test_range asks for them.
class Trainers {
 public:
  explicit Trainers(std::uint64_t steps) {
    config_.max_steps = steps;
    config_.epochs = 1000;
  }
  Trainer operator()(std::uint64_t run) {
    config_.seed = 42 + run;
    return {config_, source_};
  }

 private:
  DataSource source_ = test::small_source();
  TrainConfig config_ = test::small_config();
};

}  // namespace

TEST_CASE("smoothed values of a constant are the constant", "[search]") {
  for (const double value : smooth(std::vector<double>(50, 2.5), 7)) {
    CHECK(value == Approx(2.5));
  }
  CHECK(smooth({}, 3).empty());
}

TEST_CASE("smoothed values do not lag behind", "[search]") {
  std::vector<double> ramp;
  for (int i = 0; i < 40; ++i) {
    ramp.push_back(i);
  }
  const std::vector<double> smoothed = smooth(ramp, 5);
  for (std::size_t i = 5; i < 35; ++i) {
    CHECK(smoothed[i] == Approx(ramp[i]));
  }
  CHECK(smooth(std::vector<double>{0, 0, 9, 0, 0}, 2) == std::vector<double>{1.5, 2.25, 3, 2.25, 1.5});
}

TEST_CASE("smoothing reaches over the same part of a decade in tests of any length", "[search]") {
  CHECK(smoothing_reach({1e-6, 10}, 71) == 3);
  CHECK(smoothing_reach({1e-6, 10}, 701) == 30);
  CHECK(smoothing_reach({1e-3, 1}, 301) == 30);
  CHECK(smoothing_reach({1e-6, 10}, 20) == 1);
}

TEST_CASE("a share of the rate above which the loss rises is suggested, whatever the number of steps", "[search]") {
  for (const std::size_t steps : {60U, 240U, 960U}) {
    const Suggestion suggestion = suggest(made_test(steps, 0.5, 0.01), 0.1);
    CHECK(suggestion.reason.empty());
    CHECK(suggestion.limit == Approx(0.126).epsilon(0.05));
    CHECK(suggestion.rate == Approx(0.0126).epsilon(0.05));
  }
}

TEST_CASE("optimizers in which the gradient's size counts may go nearer to that rate", "[search]") {
  const auto share = [](const char* text) {
    return suggested_share(parse_optimizer(text, Convention::keras, "lower"));
  };
  CHECK(share("sgd,momentum=0.9") == 0.1);
  CHECK(share("adam") == 0.01);
  CHECK(share("rmsprop") == 0.01);
}

TEST_CASE("a gain within three standard errors is too noisy to suggest", "[search]") {
  const Suggestion suggestion = suggest(made_test(101, 0.02, 0.01), 0.1);
  CHECK(suggestion.rate == 0);
  CHECK(suggestion.reason.find("too noisy") == 0);
}

TEST_CASE("a loss that does not rise, or a test that ends at once, suggests nothing", "[search]") {
  RangeTest flat = made_test(101, 0.5, 0.01);
  flat.blank_loss = 100;
  CHECK(suggest(flat, 0.1).reason.find("at 1, the end of the test, the loss does not lie 20 above") == 0);
  CHECK(suggest(made_test(10, 0.5, 0.01), 0.1).reason.find("the loss explodes") == 0);
}

TEST_CASE("a loss that is the lowest at the first rate suggests nothing", "[search]") {
  RangeTest test = made_test(101, 0.5, 0.01);
  test.smoothed.front() = 0.1;
  const Suggestion suggestion = suggest(test, 0.1);
  CHECK((suggestion.rate == 0 && suggestion.limit == 0));
  CHECK(suggestion.reason.find("the loss rises from the first rate, 0.0001, on") == 0);
}

TEST_CASE("the blank loss is that of saying the same of every row, whatever is learnt", "[search]") {
  const auto blank = [](const DataSource& source, const TrainConfig& config) {
    return blank_loss(Trainer(config, source).task(), source);
  };
  TrainConfig config = test::small_config();
  CHECK(blank(test::small_source(), config) == Approx(std::log(3.0)));

  DataSource labels = test::small_source();
  test::take_targets(labels, 2, TargetKind::labels);
  for (std::size_t row = 0; row < labels.train.rows(); ++row) {
    labels.train.target_values[2 * row] = row % 4 == 0 ? 1.0F : 0.0F;
    labels.train.target_values[2 * row + 1] = 1;  // has no entropy
  }
  const double share = 51.0 / 203;
  CHECK(blank(labels, config) == Approx(-(share * std::log(share) + (1 - share) * std::log(1 - share)) / 2));

  DataSource numbers = test::small_source();
  test::take_targets(numbers, 1, TargetKind::numbers);
  for (std::size_t row = 0; row < numbers.train.rows(); ++row) {
    numbers.train.target_values[row] = row % 2 == 0 ? 1000.0F : 1004.0F;
  }
  config.validation_split = 0;
  CHECK(blank(numbers, config) == Approx(1).epsilon(1e-3));
  config.loss = Objective{.kind = ObjectiveKind::mae};
  CHECK(blank(numbers, config) == Approx(1).epsilon(1e-3));
  config.loss = Objective{.kind = ObjectiveKind::quantile, .quantiles = {0.1, 0.5, 0.9}};
  CHECK(blank(numbers, config) == Approx(0.5).epsilon(1e-2));
  config.target_scaler = ScalerKind::none;
  config.loss = Objective{.kind = ObjectiveKind::mse};
  CHECK(blank(numbers, config) == Approx(4).epsilon(1e-3));
}

TEST_CASE("a range test raises one group's rate and leaves the others at theirs", "[search]") {
  Trainers make(60);
  const RangeTest test = test_range(std::ref(make), 0, {0.05, 0.01}, {1e-4, 1e-2}, 60, test::never);
  REQUIRE(test.rates.size() == 60);
  CHECK(test.rates.front() == 1e-4);
  CHECK(test.rates.back() == 1e-2);
  CHECK(test.losses.size() == test.control.size());
  CHECK(test.smoothed.front() == Approx(test.control.front()).epsilon(0.01));  // before it has learnt anything
  const RangeTest again = test_range(std::ref(make), 0, {0.05, 0.01}, {1e-4, 1e-2}, 60, test::never);
  CHECK(again.losses == test.losses);
}

TEST_CASE("a range test is the mean of runs of several seeds", "[search]") {
  Trainers make(40);
  const auto first_of = [&](auto trainers) {
    return test_range(trainers, 0, {0.05, 0.01}, {1e-4, 1e-2}, 40, test::never).losses.front();
  };
  double sum = 0;
  for (std::uint64_t run = 0; run < kRangeRuns; ++run) {
    sum += first_of([&](std::uint64_t) { return make(run); });
  }
  CHECK(first_of(std::ref(make)) == Approx(sum / static_cast<double>(kRangeRuns)));
}

TEST_CASE("a range test ends where the loss explodes, and says below which rate it does not", "[search]") {
  Trainers make(200);
  const auto first_seed = [&](std::uint64_t) { return make(0); };  // others end in a loss that is high and stays
  RangeTest test = test_range(first_seed, 0, {0.05, 0.01}, {1e-3, 1e6}, 200, test::never);
  test.blank_loss = 1;
  CHECK(test.rates.size() < 200);
  CHECK(test.rates.size() > 20);
  CHECK(test.losses.back() <= kExplosion * test.losses.front() * 1.0001);
  CHECK(suggest(test, 0.1).limit > 0);
}

}  // namespace search_range_test_test
