// The oracle against central differences of its own loss: whoever agrees with the oracle has the right gradient.

#include "tests/oracle/reference.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "tests/catch.h"
#include "tests/kernels/random_values.h"

namespace kernels_reference_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

constexpr std::size_t kRows = 5;

struct Case {
  reference::Network network;
  std::vector<double> src;
  std::vector<std::uint32_t> labels;
  reference::LossOptions options{};
  reference::DropoutFactors dropout{};

  reference::NetworkPass pass() const { return reference::forward_backward(network, src, labels, options, dropout); }
  double loss() const { return pass().loss; }
};

Case make_case(Activation activation, const std::vector<std::size_t>& sizes, std::uint64_t seed) {
  Case c;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    const std::size_t in = sizes[l];
    const std::size_t out = sizes[l + 1];
    c.network.push_back({in, out, l + 2 < sizes.size() ? activation : Activation{},
                         to_double(random_floats(in * out, -1, 1, seed + 10 * l + 1)),
                         to_double(random_floats(out, -1, 1, seed + 10 * l + 2))});
  }
  c.src = to_double(random_floats(kRows * sizes.front(), -1.5, 1.5, seed));
  c.labels = random_integers(kRows, sizes.back(), seed);
  return c;
}

/// The smallest |x| at which a hidden unit's activation is evaluated.
double distance_to_kink(const Case& c) {
  const auto pass = c.pass();
  double distance = std::numeric_limits<double>::infinity();
  for (std::size_t l = 0; l + 1 < c.network.size(); ++l) {
    for (const double x : pass.before_activation[l]) {
      distance = std::min(distance, std::fabs(x));
    }
  }
  return distance;
}

/// A case whose hidden units stay on one side of 0 while weights move by a difference's step: relu, leaky_relu and
/// selu have no derivative there, and elu no second one, so that differences say nothing.
Case smooth_case(Activation activation, const std::vector<std::size_t>& sizes) {
  for (std::uint64_t seed = 1;; seed += 100) {
    Case c = make_case(activation, sizes, seed);
    if (distance_to_kink(c) > 5e-3) {
      return c;
    }
  }
}

/// d loss / d x by central differences of fourth order: the truncation error is below 1e-15 here, rounding near 1e-12.
double difference(const Case& c, double& x) {
  constexpr double kStep = 1e-4;
  const double at = x;
  const auto loss_at = [&](double offset) {
    x = at + offset;
    return c.loss();
  };
  const double slope = (8 * (loss_at(kStep) - loss_at(-kStep)) - (loss_at(2 * kStep) - loss_at(-2 * kStep))) / 12;
  x = at;
  return slope / kStep;
}

/// The largest error of `gradient` in units of what is allowed: 1e-6 of it, and what differences cannot resolve.
double worst_error(const Case& c, std::vector<double>& values, const std::vector<double>& gradient) {
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double error = std::fabs(difference(c, values[i]) - gradient[i]);
    worst = std::max(worst, error / (1e-6 * std::fabs(gradient[i]) + 1e-11));
  }
  return worst;
}

Activation with_slope(ActivationKind kind) {
  return {kind, kind == ActivationKind::leaky_relu ? 0.2F : kind == ActivationKind::elu ? 1.0F : 0.0F};
}

}  // namespace

TEST_CASE("the oracle's gradients are the slopes of its loss", "[kernels]") {
  for (const ActivationEntry& activation : kActivations) {
    for (const auto& sizes : {std::vector<std::size_t>{3, 2}, {4, 3, 3}, {3, 4, 2, 5}, {2, 1, 1, 1, 3}}) {
      CAPTURE(activation.name, sizes);
      Case c = smooth_case(with_slope(activation.kind), sizes);
      const auto gradients = reference::forward_backward(c.network, c.src, c.labels).gradients;
      for (std::size_t l = 0; l < c.network.size(); ++l) {
        CAPTURE(l);
        CHECK(worst_error(c, c.network[l].weights, gradients[l].weights) < 1);
        CHECK(worst_error(c, c.network[l].bias, gradients[l].bias) < 1);
      }
    }
  }
}

TEST_CASE("so they are with smoothed labels, weighted classes and dropped units", "[kernels]") {
  const std::vector<std::size_t> sizes{4, 6, 5, 3};
  const auto check = [&](const Case& options) {
    for (const ActivationEntry& activation : kActivations) {
      CAPTURE(activation.name, options.options.label_smoothing, options.options.class_weights,
              options.options.divide_by_weights, options.dropout.size());
      Case c = smooth_case(with_slope(activation.kind), sizes);
      c.options = options.options;
      c.dropout = options.dropout;
      // Units that are not dropped may come closer to a kink than they were; these cases say nothing there.
      if (distance_to_kink(c) < 2e-3) {
        continue;
      }
      const auto gradients = c.pass().gradients;
      for (std::size_t l = 0; l < c.network.size(); ++l) {
        CAPTURE(l);
        CHECK(worst_error(c, c.network[l].weights, gradients[l].weights) < 1);
        CHECK(worst_error(c, c.network[l].bias, gradients[l].bias) < 1);
      }
    }
  };
  Case options;
  for (const bool by_weights : {false, true}) {
    options.options = {0.2, {}, by_weights};
    check(options);
    options.options = {0, {0.5, 2, 1.5}, by_weights};
    check(options);
    options.options = {0.3, {0.5, 2, 1.5}, by_weights};
    check(options);
    options.options = {0, {}, by_weights, {1, 0.5, 3, 2, 0.25}};
    check(options);
    options.options = {0.3, {0.5, 2, 1.5}, by_weights, {1, 0.5, 3, 2, 0.25}};
    check(options);
  }
  options.options = {};
  for (const std::size_t units : {6U, 5U}) {
    auto& factors = options.dropout.emplace_back();
    for (const std::uint32_t draw : random_integers(kRows * units, 4, units)) {
      factors.push_back(draw == 0 ? 0 : 4.0 / 3);
    }
  }
  check(options);
  options.options = {0.1, {1, 2, 3}, true};
  check(options);
}

TEST_CASE("the oracle's weighted losses have the frameworks' values", "[kernels]") {
  // keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=e) times class_weight, and
  // torch.nn.functional.cross_entropy(weight=w, label_smoothing=e), of two rows whose logits give p = (1/4, 3/4).
  const std::vector<double> logits{0, std::log(3.0), 0, std::log(3.0)};
  const std::vector<std::uint32_t> labels{0, 1};
  const double at0 = std::log(4.0);
  const double at1 = std::log(4.0 / 3);
  const auto mean = [&](const reference::LossOptions& options) {
    const auto result = reference::softmax_cross_entropy(logits, labels, options);
    return (result.row_losses[0] + result.row_losses[1]) / result.divisor;
  };
  CHECK(mean({0.2, {}, false}) == Approx((0.9 * at0 + 0.1 * at1 + 0.1 * at0 + 0.9 * at1) / 2));
  CHECK(mean({0.2, {}, true}) == Approx(mean({0.2, {}, false})));
  CHECK(mean({0, {2, 5}, false}) == Approx((2 * at0 + 5 * at1) / 2));
  CHECK(mean({0, {2, 5}, true}) == Approx((2 * at0 + 5 * at1) / 7));
  CHECK(mean({0.2, {2, 5}, false}) == Approx((2 * (0.9 * at0 + 0.1 * at1) + 5 * (0.1 * at0 + 0.9 * at1)) / 2));
  // keras.Model.fit's sample_weight, and the weighted mean of torch's reduction="none".
  CHECK(mean({0, {}, false, {3, 4}}) == Approx((3 * at0 + 4 * at1) / 2));
  CHECK(mean({0, {}, true, {3, 4}}) == Approx((3 * at0 + 4 * at1) / 7));
  CHECK(mean({0, {2, 5}, true, {3, 4}}) == Approx((6 * at0 + 20 * at1) / 26));
  CHECK(mean({0.2, {2, 5}, true}) == Approx((2 * 0.9 * at0 + 5 * 0.1 * at1 + 2 * 0.1 * at0 + 5 * 0.9 * at1) / 7));
}

TEST_CASE("the oracle clips by the frameworks' formulas", "[kernels]") {
  const std::vector<reference::DenseGradient> gradients{{{3, 0}, {4}}, {{100}, {100}}, {{0}, {12}}};
  const std::vector<bool> trained{true, false, true};  // norm 13
  CHECK(reference::clip_by_norm_factor(gradients, trained, 6.5, false) == 0.5);
  CHECK(reference::clip_by_norm_factor(gradients, trained, 20, false) == 1);
  CHECK(reference::clip_by_norm_factor(gradients, trained, 6.5, true) == Approx(0.5 - 3.8e-8).epsilon(1e-9));
  CHECK(reference::clip_by_norm_factor(gradients, trained, 20, true) == 1);
  CHECK(reference::clip_by_value(3, 2) == 2);
  CHECK(reference::clip_by_value(-3, 2) == -2);
  CHECK(reference::clip_by_value(-1, 2) == -1);
}

TEST_CASE("the oracle's logit gradient is the slope of its loss", "[kernels]") {
  std::vector<double> logits = to_double(random_floats(4 * 6, -3, 3, 7));
  const auto labels = random_integers(4, 6, 7);
  const auto gradient = reference::softmax_cross_entropy(logits, labels).diff_logits;
  const auto loss = [&] {
    double sum = 0;
    for (const double row : reference::softmax_cross_entropy(logits, labels).row_losses) {
      sum += row / 4;
    }
    return sum;
  };
  for (std::size_t i = 0; i < logits.size(); ++i) {
    constexpr double kStep = 1e-5;
    const double at = logits[i];
    logits[i] = at + kStep;
    const double above = loss();
    logits[i] = at - kStep;
    const double below = loss();
    logits[i] = at;
    CHECK((above - below) / (2 * kStep) == Approx(gradient[i]).epsilon(1e-6).margin(1e-10));
  }
}

TEST_CASE("the oracle's activations and slopes have the published values", "[kernels]") {
  const auto value = [](ActivationKind kind, double x) { return reference::activate(with_slope(kind), x); };
  CHECK(value(ActivationKind::elu, -1) == Approx(std::exp(-1.0) - 1));
  CHECK(value(ActivationKind::relu, -1) == 0);
  CHECK(value(ActivationKind::leaky_relu, -1) == Approx(-0.2));
  CHECK(value(ActivationKind::selu, 1) == Approx(1.0507009873554805));
  CHECK(value(ActivationKind::selu, -1) == Approx(-1.1113307378125625));
  CHECK(value(ActivationKind::gelu, 1) == Approx(0.8413447460685429));  // the normal distribution at 1
  CHECK(value(ActivationKind::swish, 1) == Approx(0.7310585786300049));
  CHECK(value(ActivationKind::tanh, 1) == Approx(0.7615941559557649));
  CHECK(value(ActivationKind::sigmoid, 1) == Approx(0.7310585786300049));
  CHECK(value(ActivationKind::softplus, 0) == Approx(std::log(2.0)));
  CHECK(value(ActivationKind::softplus, 1000) == 1000);
  CHECK(value(ActivationKind::linear, -3) == -3);
}

}  // namespace kernels_reference_test
