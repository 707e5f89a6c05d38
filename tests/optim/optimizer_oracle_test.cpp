// Every optimizer of the registry, in both conventions, against its formula in double over a long run.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "kernels/optimizer_update.h"
#include "kernels/reference.h"
#include "optim/optimizer.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"

using namespace strata;
using namespace strata::test;
using kernels::reference::OptimizedElement;

namespace {

constexpr std::uint64_t kSteps = 1001;
constexpr std::size_t kElements = 67;

/// Update t of one element for the gradient g at the rate lr.
using Oracle = void (*)(const OptimizerSpec&, Convention, OptimizedElement&, double g, double lr, std::uint64_t t);

void freeze_oracle(const OptimizerSpec&, Convention, OptimizedElement&, double, double, std::uint64_t) {}

void sgd_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                std::uint64_t t) {
  const double momentum = spec.value("momentum");
  const bool nesterov = spec.value("nesterov") != 0;
  if (momentum == 0) {
    kernels::reference::sgd(x, g, lr);
  } else if (convention == Convention::keras) {
    kernels::reference::sgd_momentum_keras(x, g, lr, momentum, nesterov);
  } else {
    kernels::reference::sgd_momentum_torch(x, g, lr, momentum, nesterov, t);
  }
}

void adam_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                 std::uint64_t t) {
  const kernels::reference::AdamConstants constants{spec.value("beta1"), spec.value("beta2"), spec.value("epsilon")};
  if (convention == Convention::keras) {
    kernels::reference::adam_keras(x, g, lr, constants, t);
  } else {
    kernels::reference::adam_torch(x, g, lr, constants, t);
  }
}

struct OracleCases {
  Oracle oracle;
  std::vector<std::string> keys;  ///< what follows the name, one run each
};

const std::map<std::string, OracleCases, std::less<>>& oracles() {
  static const std::map<std::string, OracleCases, std::less<>> all{
      {"freeze", {freeze_oracle, {""}}},
      {"sgd",
       {sgd_oracle,
        {"", ",momentum=0.9", ",momentum=0.9,nesterov=true", ",lr=0.1,momentum=0.5", ",momentum=1", ",lr=0"}}},
      {"adam",
       {adam_oracle, {"", ",lr=0.01", ",beta1=0.5,beta2=0.9", ",epsilon=0.001", ",beta1=0", ",beta2=0.5,epsilon=0.1"}}},
  };
  return all;
}

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

/// The largest error of any weight at any step, in units of max(1, |w|).
double largest_error(const OptimizerSpec& spec, Convention convention, Oracle oracle) {
  const OptimizerEntry& entry = find_optimizer(spec.name);
  std::vector<float> weights = random_floats(kElements, -1, 1, 12345);
  std::array<std::vector<float>, kernels::kMaxStateSlots> state;
  std::array<std::span<float>, kernels::kMaxStateSlots> views;
  for (std::size_t slot = 0; slot < entry.state_slots(spec); ++slot) {
    state[slot].assign(kElements, 0.0F);
    views[slot] = state[slot];
  }
  std::vector<OptimizedElement> exact(kElements);
  for (std::size_t i = 0; i < kElements; ++i) {
    exact[i].w = weights[i];
  }
  double largest = 0;
  for (std::uint64_t t = 1; t <= kSteps; ++t) {
    const double lr = rate_at(base_learning_rate(spec), t);
    const auto gradient = gradient_at(t);
    kernels::apply_update(entry.update_at(spec, convention, t, lr), weights, gradient, views);
    for (std::size_t i = 0; i < kElements; ++i) {
      oracle(spec, convention, exact[i], gradient[i], lr, t);
      const double error = std::fabs(weights[i] - exact[i].w) / std::max(1.0, std::fabs(exact[i].w));
      largest = std::isnan(error) ? INFINITY : std::max(largest, error);
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("every optimizer follows its formula over 1,001 steps of a changing rate", "[optim]") {
  for (const OptimizerEntry& entry : optimizer_registry()) {
    const auto known = oracles().find(entry.name);
    INFO("an optimizer needs an oracle here: " << entry.name);
    REQUIRE(known != oracles().end());
    for (const Convention convention : {Convention::keras, Convention::torch}) {
      for (const std::string& keys : known->second.keys) {
        const std::string text = std::string(entry.name) + keys;
        CAPTURE(text, static_cast<int>(convention));
        CHECK(largest_error(parse_optimizer(text, convention, "--lower"), convention, known->second.oracle) < 2e-5);
      }
    }
  }
}

TEST_CASE("the oracles of the two conventions differ", "[optim]") {
  // So that no test passes by comparing a formula with the wrong convention's.
  for (const std::string_view text : {"sgd,momentum=0.9", "sgd,momentum=0.9,nesterov=true", "adam,epsilon=0.001"}) {
    CAPTURE(text);
    const auto spec = parse_optimizer(text, Convention::keras, "--lower");
    const Oracle oracle = oracles().find(spec.name)->second.oracle;
    const auto other = [](const OptimizerSpec& s, Convention, OptimizedElement& x, double g, double lr,
                          std::uint64_t t) {
      oracles().find(s.name)->second.oracle(s, Convention::torch, x, g, lr, t);
    };
    CHECK(largest_error(spec, Convention::keras, oracle) < 2e-5);
    CHECK(largest_error(spec, Convention::keras, other) > 2e-5);
  }
}
