#include "bench/step_oracle.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "train/trainer.h"

namespace strata::bench {

namespace {

/// bf16 rounds every activation and gradient on the way to 2^-8: what is wrong by more than roundings is far beyond.
constexpr double kBf16LossError = 0.02;

double bf16_bound(std::span<const double> exact) {
  double largest = 0;
  for (const double value : exact) {
    largest = std::max(largest, std::fabs(value));
  }
  return largest / 8;
}

/// The batch of the first step.
std::vector<std::uint32_t> first_batch(const TrainConfig& config, const SamplesView& samples) {
  Split split = split_rows(config.split, samples.labels, config.validation_split, config.seed);
  Sampler sampler(config.sampling, std::move(split.train), config.batch_size, config.seed);
  const std::span<const std::uint32_t> rows = sampler.batch(1, 1);
  return {rows.begin(), rows.end()};
}

/// Where the optimizer's first update takes a weight whose gradient is g.
double updated(const OptimizerSpec& optimizer, double weight, double g) {
  const double lr = base_learning_rate(optimizer);
  reference::OptimizedElement x{weight};
  if (optimizer.name() == "sgd") {
    reference::sgd(x, g, lr);
  } else {
    reference::adam_keras(x, g, lr, {optimizer.value("beta1"), optimizer.value("beta2"), optimizer.value("epsilon")},
                          1);
  }
  return x.w;
}

/// Both optimizers' first updates fall as the gradient grows, so a gradient that is off by `slack` at most leads
/// between the two ends.
void expect_updated(const std::string& what, std::span<const float> values, const std::vector<double>& before,
                    const std::vector<double>& gradient, const OptimizerSpec& optimizer, double slack) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double value = values[i];
    const double rounding = 4 * kRoundoff * (1 + std::fabs(before[i]));
    const double low = updated(optimizer, before[i], gradient[i] + slack) - rounding;
    const double high = updated(optimizer, before[i], gradient[i] - slack) + rounding;
    if (!(value >= low && value <= high)) {
      throw failed_error("{}: element {} is {}, not from {} to {}", what, i, value, low, high);
    }
  }
}

}  // namespace

StepOracle::StepOracle(const TrainConfig& config, const DataSource& source)
    : initial_(std::vector<LayerSpec>{}), rows_(first_batch(config, source.train.view())) {
  const SamplesView samples = source.train.view();
  const Trainer trainer(config, source);
  initial_ = trainer.parameters();
  scaler_ = trainer.scaler();
  network_ = network_of(initial_);
  std::vector<std::uint32_t> labels;
  labels.reserve(rows_.size());
  for (const std::uint32_t row : rows_) {
    labels.push_back(samples.labels[row]);
  }
  pass_ = reference::forward_backward(network_, standardised(samples, rows_, scaler_), labels);
}

void StepOracle::check(const TrainConfig& config, const DataSource& source) const {
  Trainer trainer(config, source);
  const double loss = trainer.run({}, [] { return true; }).train_loss.value_or(NAN);
  const bool bf16 = config.precision == kernels::Precision::bf16;
  if (!(std::fabs(loss - pass_.loss) <= (bf16 ? kBf16LossError : 1e-6) * pass_.loss)) {
    throw failed_error("the first step's loss at batch {} is {}, not {}", config.batch_size, loss, pass_.loss);
  }
  check_parameters(config, trainer.parameters());
}

void StepOracle::check_parameters(const TrainConfig& config, const Parameters& parameters) const {
  const bool bf16 = config.precision == kernels::Precision::bf16;
  // A gradient's roundings are those of all sums on its way.
  const std::size_t terms = std::accumulate(network_.begin(), network_.end(), config.batch_size,
                                            [](std::size_t sum, const auto& layer) { return sum + layer.inputs; });
  for (const ParameterGroup& group : config.groups) {
    for (std::size_t l = group.first; l <= group.last; ++l) {
      const reference::DenseGradient& gradient = pass_.gradients[l];
      const MatrixView<const float> weights = parameters.weight(l);
      expect_updated(fmt::format("layer {}'s weights after a step at batch {}", l, config.batch_size),
                     {weights.data(), gradient.weights.size()}, network_[l].weights, gradient.weights, group.optimizer,
                     bf16 ? bf16_bound(gradient.weights) : sum_bound(terms, gradient.weights));
      expect_updated(fmt::format("layer {}'s bias after a step at batch {}", l, config.batch_size), parameters.bias(l),
                     network_[l].bias, gradient.bias, group.optimizer,
                     bf16 ? bf16_bound(gradient.bias) : sum_bound(terms, gradient.bias));
    }
  }
}

}  // namespace strata::bench
