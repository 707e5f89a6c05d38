#include "search/range_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "core/number.h"
#include "kernels/elementary.h"

namespace strata {

namespace {

constexpr double kReach = 0.3;  ///< decades to either side over which losses are smoothed

/// Collects the losses of a run, each at most kExplosion times the first, and says when they explode.
class Losses : public Observer {
 public:
  explicit Losses(std::size_t reach) : reach_(reach) {}

  void on_step(const StepInfo& step) override {
    if (std::isfinite(step.loss)) {
      found_.push_back(step.loss);
      values_.push_back(std::min(step.loss, kExplosion * found_.front()));
    }
  }
  /// Whether the mean of the last losses, as many as a smoothed value reaches back, lies above the limit.
  bool exploded() const {
    const std::size_t count = std::min(reach_, found_.size());
    const double sum = std::accumulate(found_.end() - static_cast<std::ptrdiff_t>(count), found_.end(), 0.0);
    return count > 0 && sum > kExplosion * found_.front() * static_cast<double>(count);
  }
  const std::vector<double>& values() const { return values_; }
  /// With as many more as would tell an explosion: what a run whose numbers have stopped being finite ends in.
  std::vector<double> and_explosion() const {
    std::vector<double> values = values_;
    values.resize(values.size() + (values.empty() ? 0 : reach_ + 1),
                  kExplosion * (values.empty() ? 0 : values.front()));
    return values;
  }

 private:
  std::size_t reach_;
  std::vector<double> found_;  ///< as they are
  std::vector<double> values_;
};

/// The losses of one run in which `rate_at(update)` is the group's rate.
template <class RateAt>
std::vector<double> losses_of(Trainer trainer, std::size_t group, const std::vector<double>& held, RateAt rate_at,
                              std::size_t reach, const std::function<bool()>& stop_requested) {
  trainer.set_rates([&](std::uint64_t update, LearningRates& rates) {
    for (std::size_t g = 0; g < rates.size(); ++g) {
      rates[g].second = g == group ? rate_at(update) : held[g];
    }
  });
  Losses losses(reach);
  const std::array<Observer*, 1> observers{&losses};
  const RunResult result = trainer.run(observers, [&] { return losses.exploded() || stop_requested(); });
  return result.status == RunStatus::diverged ? losses.and_explosion() : losses.values();
}

/// The standard error of a value of `differences` smoothed with `reach`, from how far they lie from such values.
double standard_error(const std::vector<double>& differences, std::size_t reach) {
  const std::vector<double> means = smooth(differences, reach);
  double squares = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    squares += (differences[i] - means[i]) * (differences[i] - means[i]);
  }
  const double variance = squares / static_cast<double>(std::max<std::size_t>(differences.size(), 1));
  // The sum of the squared weights, of 1, 2, …, reach + 1, …, 2, 1 over (reach + 1)².
  const auto n = static_cast<double>(reach + 1);
  return std::sqrt(variance * (2 * n * n + 1) / (3 * n * n * n));
}

/// The losses of a test's runs as they come in: sums over the runs.
class Sums {
 public:
  /// A run, and its control, which is no shorter.
  void add(std::vector<double> run, std::vector<double> run_control) {
    if (run.empty()) {
      return;
    }
    const double most = kExplosion * run.front();
    const std::size_t steps = std::max(losses.size(), run.size());
    losses.resize(steps, most_);
    control.resize(steps, control.empty() ? 0 : control.back());
    run.resize(steps, most);
    run_control.resize(steps, run_control.empty() ? 0 : run_control.back());
    for (std::size_t i = 0; i < steps; ++i) {
      losses[i] += run[i];
      control[i] += run_control[i];
    }
    most_ += most;
  }

  std::vector<double> losses;
  std::vector<double> control;

 private:
  double most_ = 0;  ///< what the runs so far count as once they have exploded
};

void divide(std::vector<double>& values, double divisor) {
  for (double& value : values) {
    value /= divisor;
  }
}

/// The test that is the mean of so many runs.
template <class RateAt>
RangeTest mean_test(Sums sums, std::uint64_t runs, RateAt rate_at, std::size_t reach) {
  divide(sums.losses, static_cast<double>(runs));
  divide(sums.control, static_cast<double>(runs));
  RangeTest test;
  test.smoothed = smooth(sums.losses, reach);
  test.control = smooth(sums.control, reach);
  std::vector<double> differences;
  for (std::size_t i = 0; i < sums.losses.size(); ++i) {
    test.rates.push_back(rate_at(i + 1));
    differences.push_back(sums.losses[i] - sums.control[i]);
  }
  test.losses = std::move(sums.losses);
  // Beyond the largest gain the differences are those of an explosion.
  differences.resize(std::min(differences.size(), largest_gain(test) + 1));
  test.noise = standard_error(differences, reach);
  return test;
}

/// The largest rate at which the smoothed loss is no higher than `level`; 0 if that is the last one.
double last_rate_below(const RangeTest& test, double level) {
  std::size_t above = test.smoothed.size();
  while (above > 0 && test.smoothed[above - 1] > level) {
    --above;
  }
  if (above == test.smoothed.size() || above == 0) {
    return 0;
  }
  const double share = (level - test.smoothed[above - 1]) / (test.smoothed[above] - test.smoothed[above - 1]);
  return LogRange{test.rates[above - 1], test.rates[above]}.at(share);
}

/// The entropy of a label that such a share of the rows has.
double entropy_of(double share) {
  const auto part = [](double p) { return p > 0 ? -p * kernels::log(p) : 0.0; };
  return part(share) + part(1 - share);
}

std::vector<double> target_means(MatrixView<const float> targets) {
  std::vector<double> means(targets.columns());
  for (std::size_t row = 0; row < targets.rows(); ++row) {
    for (std::size_t t = 0; t < means.size(); ++t) {
      means[t] += double{targets(row, t)};
    }
  }
  divide(means, static_cast<double>(targets.rows()));
  return means;
}

/// What a network says in each of its outputs that says the numbers' means of every row.
std::vector<float> outputs_of_means(const Task& task, const SamplesView& samples) {
  const std::vector<double> means = target_means(samples.targets);
  const std::size_t outputs = output_count(task.objective, {TargetKind::numbers, means.size()});
  std::vector<float> values;
  for (std::size_t o = 0; o < outputs; ++o) {
    const std::size_t t = means.size() == 1 ? 0 : o;
    const bool plain = task.scaler.empty();
    values.push_back(
        static_cast<float>(plain ? means[t] : (means[t] - double{task.scaler.mean[t]}) / double{task.scaler.scale[t]}));
  }
  return values;
}

/// The mean loss of numbers of which a network says those outputs in every row.
double loss_of_outputs(const Task& task, const SamplesView& samples, const std::vector<float>& outputs) {
  constexpr std::size_t kBlock = 256;
  RowLosses row_losses(task, {}, outputs.size(), kBlock);
  std::vector<float> values;
  for (std::size_t row = 0; row < kBlock; ++row) {
    values.insert(values.end(), outputs.begin(), outputs.end());
  }
  std::vector<float> losses(kBlock);
  std::vector<float> figures(kBlock);
  double sum = 0;
  for (std::size_t first = 0; first < samples.rows(); first += kBlock) {
    std::vector<std::uint32_t> rows(std::min(kBlock, samples.rows() - first));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
    const std::span<float> found = std::span(losses).first(rows.size());
    row_losses.evaluate(samples, rows, {values.data(), rows.size(), outputs.size()},
                        {found, std::span(figures).first(rows.size())});
    sum = std::accumulate(found.begin(), found.end(), sum);
  }
  return sum / static_cast<double>(samples.rows());
}

}  // namespace

double blank_loss(const Task& task, const DataSource& source) {
  const SamplesView samples = source.train.view();
  switch (source.targets) {
    case TargetKind::classes:
      break;
    case TargetKind::labels: {
      double sum = 0;
      for (const double share : target_means(samples.targets)) {
        sum += entropy_of(share);
      }
      return sum / static_cast<double>(samples.targets.columns());
    }
    case TargetKind::numbers:
      return loss_of_outputs(task, samples, outputs_of_means(task, samples));
  }
  return kernels::log(static_cast<double>(source.classes));
}

std::size_t smoothing_reach(const LogRange& range, std::size_t steps) {
  const double decades = (kernels::log(range.last) - kernels::log(range.first)) / kernels::log(10.0);
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(std::floor(kReach / decades * static_cast<double>(steps - 1) + 0.5)));
}

std::vector<double> smooth(std::span<const double> values, std::size_t reach) {
  std::vector<double> smoothed;
  smoothed.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    double sum = 0;
    double weights = 0;
    for (std::size_t j = i - std::min(i, reach); j < std::min(values.size(), i + reach + 1); ++j) {
      const auto weight = static_cast<double>(reach + 1 - (i < j ? j - i : i - j));
      sum += weight * values[j];
      weights += weight;
    }
    smoothed.push_back(sum / weights);
  }
  return smoothed;
}

RangeTest test_range(const MakeTrainer& make_trainer, std::size_t group, const std::vector<double>& held,
                     const LogRange& range, std::size_t steps, const std::function<bool()>& stop_requested,
                     const std::function<void(const RangeTest&)>& heard) {
  const auto rate_at = [&](std::uint64_t update) {
    return range.at(static_cast<double>(update - 1) / static_cast<double>(steps - 1));
  };
  const auto still = [](std::uint64_t) { return 0.0; };
  const std::size_t reach = smoothing_reach(range, steps);
  Sums sums;
  for (std::uint64_t run = 0; run < kRangeRuns && !stop_requested(); ++run) {
    if (run > 0) {
      heard(mean_test(sums, run, rate_at, reach));
    }
    std::vector<double> losses = losses_of(make_trainer(run), group, held, rate_at, reach, stop_requested);
    losses.resize(std::min(losses.size(), steps));
    sums.add(std::move(losses), losses_of(make_trainer(run), group, held, still, reach, stop_requested));
  }
  return mean_test(std::move(sums), kRangeRuns, rate_at, reach);
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

double suggested_share(const OptimizerSpec& optimizer) { return optimizer.name() == "sgd" ? 0.1 : 0.01; }

Suggestion suggest(const RangeTest& test, double share) {
  constexpr std::size_t kFewest = 20;  // of fewer steps hardly one comes before the explosion
  constexpr double kErrors = 3;
  constexpr double kRise = 0.2;
  constexpr int kDigits = 2;
  if (test.smoothed.size() < kFewest) {
    return {.reason = fmt::format("the loss explodes within {} steps; try lower ‹rates›", test.smoothed.size())};
  }
  const std::size_t best = largest_gain(test);
  const double gain = test.control[best] - test.smoothed[best];
  if (gain <= kErrors * test.noise) {
    return {.reason = fmt::format("too noisy to suggest: training the group lowers the loss by at most {:.2g}, with a "
                                  "standard error of {:.2g}, and three of them are asked for; try more ‹steps›, larger "
                                  "batches or other ‹rates›",
                                  gain, test.noise)};
  }
  const double rise = kRise * test.blank_loss;
  const auto lowest_at = std::ranges::min_element(test.smoothed);
  const double lowest = *lowest_at;
  if (lowest_at == test.smoothed.begin()) {  // whatever raises it, this group's rate or another's, no rate is a limit
    return {.reason =
                fmt::format("the loss rises from the first rate, {:.2g}, on; try lower rates of the other groups, "
                            "or other ‹rates›",
                            test.rates.front())};
  }
  const double limit = last_rate_below(test, lowest + rise);
  if (limit == 0) {
    return {.reason =
                fmt::format("at {:.2g}, the end of the test, the loss does not lie {:.2g} above its lowest, {:.2g}, "
                            "yet; try higher ‹rates›",
                            test.rates.back(), rise, lowest)};
  }
  return {.rate = *parse_number<double>(rounded_text(share * limit, kDigits)),
          .limit = *parse_number<double>(rounded_text(limit, kDigits)),
          .reason = {}};
}

}  // namespace strata
