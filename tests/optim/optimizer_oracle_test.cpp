// Every optimizer of the registry, in both conventions, against its formula in double over a long run.

#include "tests/oracle/optimizer_oracle.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/optimizer_update.h"
#include "optim/optimizer.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"

namespace optim_optimizer_oracle_test {

using namespace strata;
using namespace strata::test;

namespace {

constexpr std::uint64_t kSteps = 1001;
constexpr std::size_t kElements = 67;

/// A rate that warms up, waves and falls.
double rate_at(double base, std::uint64_t t) {
  const auto step = static_cast<double>(t);
  return base * std::min(1.0, step / 20) * (0.6 + 0.4 * std::sin(step / 40)) * (1 - 0.5 * step / kSteps);
}

/// Gradients of very different sizes from element to element, with a drift, noise and exact zeros.
std::vector<float> gradient_at(std::uint64_t t) {
  auto gradient = random_floats(kElements, -1, 1, t);
  for (std::size_t i = 0; i < kElements; ++i) {
    const double size = std::pow(10.0, static_cast<double>(i % 7) - 4);  // 1e-4 … 100
    const bool absent = i % 5 == 4 && t % 3 != 0;
    gradient[i] =
        absent ? 0.0F : static_cast<float>(std::min(size, 10.0) * (gradient[i] + 0.1 * static_cast<double>(i % 3)));
  }
  return gradient;
}

/// Whether the sign of Lion's step is decided by rounding.
bool sign_is_noise(const OptimizerSpec& spec, const OptimizedElement& x, double g) {
  if (spec.name() != "lion") {
    return false;
  }
  const double beta1 = spec.value("beta1");
  return std::fabs(beta1 * x.first + (1 - beta1) * g) < 1e-5 * (std::fabs(x.first) + std::fabs(g));
}

/// An optimizer's weights and state, as the engines keep them.
struct Optimized {
  explicit Optimized(const OptimizerSpec& spec) : weights(random_floats(kElements, -1, 1, 12345)) {
    const auto slots = spec.state();
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
      state[slot].assign(kElements, slots[slot].initial);
    }
  }

  void step(const OptimizerSpec& spec, Convention convention, std::span<const float> gradient, double lr,
            std::uint64_t t) {
    std::array<std::span<float>, kernels::kMaxStateSlots> views;
    std::copy(state.begin(), state.end(), views.begin());
    kernels::apply_update(spec.updates(convention)(t, lr), weights, gradient, views);
  }

  std::vector<float> weights;
  std::array<std::vector<float>, kernels::kMaxStateSlots> state;
};

/// The largest error of any weight at any step, in units of max(1, |w|), where the oracle follows `oracles`.
double largest_error(const OptimizerSpec& spec, Convention convention, Convention oracles) {
  Optimized optimized(spec);
  std::vector<OptimizedElement> exact(kElements);
  for (std::size_t i = 0; i < kElements; ++i) {
    exact[i].w = optimized.weights[i];
  }
  double largest = 0;
  for (std::uint64_t t = 1; t <= kSteps; ++t) {
    const double lr = rate_at(base_learning_rate(spec), t);
    const auto gradient = gradient_at(t);
    optimized.step(spec, convention, gradient, lr, t);
    for (std::size_t i = 0; i < kElements; ++i) {
      const bool noise = sign_is_noise(spec, exact[i], gradient[i]);
      apply_oracle(spec, oracles, exact[i], gradient[i], lr, t);
      if (noise) {
        exact[i].w = optimized.weights[i];
      }
      const double error = std::fabs(optimized.weights[i] - exact[i].w) / std::max(1.0, std::fabs(exact[i].w));
      largest = std::isnan(error) ? INFINITY : std::max(largest, error);
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("every optimizer is among the cases that tests loop over, and has an oracle", "[optim]") {
  for (const OptimizerEntry& entry : optimizer_registry()) {
    CAPTURE(entry.name);
    CHECK(find_oracle(entry.name) != nullptr);
    CHECK(std::ranges::count(optimizer_cases(), entry.name) == 1);
  }
}

TEST_CASE("every optimizer follows its formula over 1,001 steps of a changing rate", "[optim]") {
  for (const Convention convention : {Convention::keras, Convention::torch}) {
    for (const std::string& text : optimizer_cases()) {
      CAPTURE(text, static_cast<int>(convention));
      CHECK(largest_error(parse_optimizer(text, convention, "--lower"), convention, convention) < 2e-5);
    }
  }
}

TEST_CASE("the oracles of the two conventions differ", "[optim]") {
  // So that no test passes by comparing a formula with the wrong convention's.
  for (const std::string_view text : {"sgd,momentum=0.9", "sgd,momentum=0.9,nesterov=true", "rmsprop",
                                      "rmsprop,momentum=0.8", "rmsprop,centered=true", "adagrad,lr=0.05,epsilon=0.001",
                                      "adam,epsilon=0.001", "adamax,epsilon=0.001", "nadam,weight_decay=0.02"}) {
    CAPTURE(text);
    const auto spec = parse_optimizer(text, Convention::keras, "--lower");
    CHECK(largest_error(spec, Convention::keras, Convention::keras) < 2e-5);
    CHECK(largest_error(spec, Convention::keras, Convention::torch) > 2e-5);
  }
}

TEST_CASE("Nadam's product of momenta is a function of the step alone, at any step", "[optim]") {
  // gradient_factor = (1 - mu_t) / (1 - product); by the formula, step after step.
  for (const double momentum_decay : {1.0, 0.004, 0.0, 1e-9, 3.0}) {
    for (const double beta1 : {0.9, 0.9999, 0.0}) {
      OptimizerSpec spec = parse_optimizer("nadam", Convention::torch, "");
      spec.values["momentum_decay"] = momentum_decay;
      spec.values["beta1"] = beta1;
      double product = 1;
      for (std::uint64_t t = 1; t <= 20000; ++t) {
        const double mu = beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(t) * momentum_decay));
        product *= mu;
        if (t < 20 || t % 997 == 0) {
          CAPTURE(momentum_decay, beta1, t);
          const auto update = find_optimizer("nadam").updates(spec, Convention::torch)(t, 0.001);
          CHECK(update.gradient_factor == Approx((1 - mu) / (1 - product)).epsilon(1e-7));
        }
      }
    }
  }
}

}  // namespace optim_optimizer_oracle_test
