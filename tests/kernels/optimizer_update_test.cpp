#include "kernels/optimizer_update.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/reference.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

constexpr UpdateRule kRules[] = {UpdateRule::none,      UpdateRule::sgd,
                                 UpdateRule::sgd_keras, UpdateRule::nesterov_keras,
                                 UpdateRule::sgd_torch, UpdateRule::nesterov_torch,
                                 UpdateRule::adam};

constexpr double kLr = 0.03;
constexpr double kMomentum = 0.9;
constexpr reference::AdamConstants kAdam{0.9, 0.999, 1e-7};
constexpr std::uint64_t kT = 3;

OptimizerUpdate make_update(UpdateRule rule) {
  const double rate =
      rule == UpdateRule::adam ? kLr * std::sqrt(1 - std::pow(kAdam.beta2, kT)) / (1 - std::pow(kAdam.beta1, kT)) : kLr;
  return {rule,
          static_cast<float>(rate),
          static_cast<float>(kMomentum),
          static_cast<float>(1 - kAdam.beta1),
          static_cast<float>(1 - kAdam.beta2),
          static_cast<float>(kAdam.epsilon)};
}

void apply_reference(UpdateRule rule, reference::OptimizedElement& x, double g) {
  switch (rule) {
    case UpdateRule::none:
      return;
    case UpdateRule::sgd:
      return reference::sgd(x, g, kLr);
    case UpdateRule::sgd_keras:
    case UpdateRule::nesterov_keras:
      return reference::sgd_momentum_keras(x, g, kLr, kMomentum, rule == UpdateRule::nesterov_keras);
    case UpdateRule::sgd_torch:
    case UpdateRule::nesterov_torch:
      return reference::sgd_momentum_torch(x, g, kLr, kMomentum, rule == UpdateRule::nesterov_torch, kT);
    case UpdateRule::adam:
      return reference::adam_keras(x, g, kLr, kAdam, kT);
  }
}

/// How many state slots a rule may touch.
std::size_t slots(UpdateRule rule) {
  return rule == UpdateRule::adam ? 2 : rule == UpdateRule::none || rule == UpdateRule::sgd ? 0 : 1;
}

/// Weights, gradient and state, with a guard element after the `size` that are to be updated.
struct Arena {
  explicit Arena(std::size_t count)
      : size(count),
        weights(random_floats(count + 1, -1, 1, 1)),
        gradient(random_floats(count + 1, -1, 1, 2)),
        state{random_floats(count + 1, -0.1, 0.1, 3), random_floats(count + 1, 0.01, 1, 4)} {}

  void apply(const OptimizerUpdate& update, std::size_t first, std::size_t last) {
    const std::size_t count = last - first;
    std::array<std::span<float>, kMaxStateSlots> part;
    for (std::size_t s = 0; s < slots(update.rule); ++s) {
      part[s] = std::span(state[s]).subspan(first, count);
    }
    apply_update(update, std::span(weights).subspan(first, count), std::span(gradient).subspan(first, count), part);
  }

  bool operator==(const Arena&) const = default;

  std::size_t size;
  std::vector<float> weights;
  std::vector<float> gradient;
  std::array<std::vector<float>, kMaxStateSlots> state;
};

constexpr std::size_t kSizes[] = {0, 1, 3, 15, 16, 17, 63, 64, 65, 1000};

}  // namespace

TEST_CASE("each rule is the oracle's update, up to its own roundings", "[kernels]") {
  // Each quantity is the result of at most eight rounded operations and constants, none of which cancels: all
  // terms are below `scale`.
  for (const UpdateRule rule : kRules) {
    for (const std::size_t size : kSizes) {
      CAPTURE(static_cast<int>(rule), size);
      const Arena before(size);
      Arena after = before;
      after.apply(make_update(rule), 0, size);
      double worst = 0;
      for (std::size_t i = 0; i < size; ++i) {
        reference::OptimizedElement x{before.weights[i], before.state[0][i], before.state[1][i]};
        apply_reference(rule, x, before.gradient[i]);
        const double scale = std::fabs(x.w) + std::fabs(before.weights[i]) + std::fabs(before.gradient[i]) + 0.1;
        for (const double error : {after.weights[i] - x.w, after.state[0][i] - x.first, after.state[1][i] - x.second}) {
          worst = std::max(worst, std::fabs(error) / (8 * kRoundoff * scale));
        }
      }
      CHECK(worst <= 1);
    }
  }
}

TEST_CASE("an update leaves the gradient, and all beyond its span, as it was", "[kernels]") {
  for (const UpdateRule rule : kRules) {
    for (const std::size_t size : kSizes) {
      CAPTURE(static_cast<int>(rule), size);
      const Arena before(size);
      Arena after = before;
      after.apply(make_update(rule), 0, size);
      CHECK(after.gradient == before.gradient);
      CHECK(after.weights.back() == before.weights.back());
      for (std::size_t s = 0; s < kMaxStateSlots; ++s) {
        CHECK(after.state[s].back() == before.state[s].back());
        CHECK((s < slots(rule) || after.state[s] == before.state[s]));
      }
      CHECK((rule != UpdateRule::none || after == before));
    }
  }
}

TEST_CASE("an update has the same bits however its span is cut", "[kernels]") {
  constexpr std::size_t kSize = 131;
  for (const UpdateRule rule : kRules) {
    CAPTURE(static_cast<int>(rule));
    Arena whole(kSize);
    whole.apply(make_update(rule), 0, kSize);
    for (const std::size_t piece : {1U, 3U, 7U, 16U, 17U, 64U, 100U}) {
      CAPTURE(piece);
      Arena pieces(kSize);
      for (std::size_t first = 0; first < kSize; first += piece) {
        pieces.apply(make_update(rule), first, std::min(first + piece, kSize));
      }
      CHECK(pieces == whole);
    }
  }
}

TEST_CASE("a rule is given the gradient scaled, then cut", "[kernels]") {
  constexpr float kScale = 0.75F;
  constexpr float kLimit = 0.3F;
  for (const UpdateRule rule : kRules) {
    for (const std::size_t size : kSizes) {
      CAPTURE(static_cast<int>(rule), size);
      Arena clipped(size);
      Arena by_hand(size);
      for (std::size_t i = 0; i < size; ++i) {
        by_hand.gradient[i] = std::clamp(kScale * by_hand.gradient[i], -kLimit, kLimit);
      }
      OptimizerUpdate update = make_update(rule);
      by_hand.apply(update, 0, size);
      update.gradient_scale = kScale;
      update.gradient_limit = kLimit;
      clipped.apply(update, 0, size);
      CHECK(clipped.weights == by_hand.weights);
      CHECK(clipped.state == by_hand.state);
    }
  }
}

TEST_CASE("clipping hides no gradient that is not a number", "[kernels]") {
  std::vector<float> weights(20, 1.0F);
  std::vector<float> gradient(20, 1.0F);
  gradient[3] = gradient[18] = std::numeric_limits<float>::quiet_NaN();
  OptimizerUpdate update = make_update(UpdateRule::sgd);
  update.gradient_limit = 0.5F;
  apply_update(update, weights, gradient, {});
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CHECK(std::isnan(weights[i]) == (i == 3 || i == 18));
  }
}
