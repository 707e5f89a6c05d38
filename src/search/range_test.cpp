#include "search/range_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/number.h"

namespace strata {

namespace {

constexpr double kPast = 0.95;  ///< weight of the past in a smoothed value
constexpr double kExplosion = 4;

/// Collects the losses, and says when they explode.
class Losses : public Observer {
 public:
  void on_step(const StepInfo& step) override {
    if (std::isfinite(step.loss)) {
      values_.push_back(step.loss);
      sum_ = kPast * sum_ + (1 - kPast) * step.loss;
      weight_ = kPast * weight_ + (1 - kPast);
      first_ = values_.size() == 1 ? step.loss : first_;
    }
  }
  bool exploded() const { return weight_ > 0 && sum_ / weight_ > kExplosion * first_; }
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
  double sum_ = 0;
  double weight_ = 0;
  double first_ = 0;
};

/// The losses of one run in which `rate_at(update)` is the group's rate.
template <class RateAt>
std::vector<double> losses_of(const MakeTrainer& make_trainer, std::size_t group, const std::vector<double>& held,
                              RateAt rate_at, const std::function<bool()>& stop_requested) {
  Trainer trainer = make_trainer();
  trainer.set_rates([&](std::uint64_t update, LearningRates& rates) {
    for (std::size_t g = 0; g < rates.size(); ++g) {
      rates[g].second = g == group ? rate_at(update) : held[g];
    }
  });
  Losses losses;
  const std::array<Observer*, 1> observers{&losses};
  trainer.run(observers, [&] { return losses.exploded() || stop_requested(); });
  return losses.values();
}

/// The standard error of a smoothed value of `differences`, from how far they lie from their smoothed values.
double standard_error(const std::vector<double>& differences) {
  const std::vector<double> means = smooth(differences);
  double squares = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    squares += (differences[i] - means[i]) * (differences[i] - means[i]);
  }
  const double variance = squares / static_cast<double>(std::max<std::size_t>(differences.size(), 1));
  return std::sqrt(variance * (1 - kPast) / (1 + kPast));
}

}  // namespace

std::vector<double> smooth(const std::vector<double>& values) {
  std::vector<double> smoothed;
  smoothed.reserve(values.size());
  double sum = 0;
  double weight = 0;
  for (const double value : values) {
    sum = kPast * sum + (1 - kPast) * value;
    weight = kPast * weight + (1 - kPast);
    smoothed.push_back(sum / weight);
  }
  return smoothed;
}

RangeTest test_range(const MakeTrainer& make_trainer, std::size_t group, const std::vector<double>& held,
                     const LogRange& range, std::size_t steps, const std::function<bool()>& stop_requested) {
  const auto rate_at = [&](std::uint64_t update) {
    return range.at(static_cast<double>(update - 1) / static_cast<double>(steps - 1));
  };
  RangeTest test;
  test.losses = losses_of(make_trainer, group, held, rate_at, stop_requested);
  std::vector<double> control = losses_of(
      make_trainer, group, held, [](std::uint64_t) { return 0.0; }, stop_requested);
  const std::size_t count = std::min(test.losses.size(), control.size());
  test.losses.resize(count);
  control.resize(count);
  test.smoothed = smooth(test.losses);
  test.control = smooth(control);
  std::vector<double> differences;
  for (std::size_t i = 0; i < count; ++i) {
    test.rates.push_back(rate_at(i + 1));
    differences.push_back(test.losses[i] - control[i]);
  }
  // Beyond the largest gain the differences are those of an explosion.
  differences.resize(std::min(count, largest_gain(test) + 1));
  test.noise = standard_error(differences);
  return test;
}

std::size_t largest_gain(const RangeTest& test) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < test.smoothed.size(); ++i) {
    if (test.control[i] - test.smoothed[i] > test.control[best] - test.smoothed[best]) {
      best = i;
    }
  }
  return best;
}

Suggestion suggest(const RangeTest& test) {
  constexpr std::size_t kFewest = 20;  // below that a smoothed value is hardly a mean
  constexpr double kErrors = 3;
  constexpr double kShare = 0.5;
  constexpr int kDigits = 2;
  if (test.smoothed.size() < kFewest) {
    return {.reason = fmt::format("the loss explodes within {} steps; try lower --rates", test.smoothed.size())};
  }
  const std::size_t best = largest_gain(test);
  const double gain = test.control[best] - test.smoothed[best];
  if (gain <= kErrors * test.noise) {
    return {.reason = fmt::format("too noisy to suggest: training the group lowers the loss by at most {:.2g}, with a "
                                  "standard error of {:.2g}, and three of them are asked for; try more --steps, larger "
                                  "batches or other --rates",
                                  gain, test.noise)};
  }
  if (best + 1 == test.smoothed.size()) {
    return {.reason = fmt::format("the gain still grows at {:.2g}, the end of the test; try higher --rates",
                                  test.rates[best])};
  }
  return {.rate = *parse_number<double>(rounded_text(kShare * test.rates[best], kDigits)), .reason = {}};
}

}  // namespace strata
