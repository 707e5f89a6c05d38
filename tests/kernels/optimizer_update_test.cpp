#include "kernels/optimizer_update.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/denormals.h"
#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/scalar_update.h"

namespace kernels_optimizer_update_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

std::vector<OptimizerUpdate> updates() {
  std::vector<OptimizerUpdate> all;
  for (int rule = 0; rule <= static_cast<int>(kLastRule); ++rule) {
    for (const WeightDecay decay : {WeightDecay::none, WeightDecay::decoupled, WeightDecay::coupled}) {
      OptimizerUpdate& update = all.emplace_back();
      update.rule = static_cast<UpdateRule>(rule);
      update.weight_decay = update.rule == UpdateRule::none ? WeightDecay::none : decay;
      update.rate = 0.03F;
      update.momentum = 0.9F;
      update.one_minus_beta1 = 0.1F;
      update.one_minus_beta2 = 0.001F;
      update.beta2 = 0.999F;
      update.mean_factor = 0.8F;
      update.gradient_factor = 0.7F;
      update.epsilon = 0.02F;
      update.decay = 0.05F;
    }
  }
  return all;
}

/// Weights, gradient and state, with a guard element after the `size` that are to be updated.
struct Arena {
  explicit Arena(std::size_t count)
      : size(count),
        weights(random_floats(count + 1, -1, 1, 1)),
        gradient(random_floats(count + 1, -1, 1, 2)),
        state{random_floats(count + 1, 0.2, 0.4, 3), random_floats(count + 1, 0.01, 0.3, 4),
              random_floats(count + 1, 0.01, 1, 5)} {}

  void apply(const OptimizerUpdate& update, std::size_t first, std::size_t last) {
    const std::size_t count = last - first;
    std::array<std::span<float>, kMaxStateSlots> part;
    for (std::size_t s = 0; s < scalar::state_slots(update.rule); ++s) {
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

TEST_CASE("each rule is its formula, up to its own roundings", "[kernels]") {
  // Each quantity is the result of at most a dozen rounded operations; all terms are below `scale`. Steps are at most
  // rate x 1 / 0.02, and a centered mean square loses what cancels.
  for (const OptimizerUpdate& update : updates()) {
    for (const std::size_t size : kSizes) {
      CAPTURE(static_cast<int>(update.rule), static_cast<int>(update.weight_decay), size);
      const Arena before(size);
      Arena after = before;
      after.apply(update, 0, size);
      double worst = 0;
      for (std::size_t i = 0; i < size; ++i) {
        scalar::Element<double> x{before.weights[i], {before.state[0][i], before.state[1][i], before.state[2][i]}};
        scalar::update<double>(update, before.gradient[i], x);
        const double step = std::fabs(x.w - before.weights[i]);
        const double scale = std::fabs(x.w) + std::fabs(before.weights[i]) + std::fabs(before.gradient[i]) + step + 0.1;
        worst = std::max(worst, std::fabs(after.weights[i] - x.w) / (12 * kRoundoff * scale));
        for (std::size_t s = 0; s < kMaxStateSlots; ++s) {
          worst = std::max(
              worst, std::fabs(after.state[s][i] - x.state[s]) / (12 * kRoundoff * (scale + std::fabs(x.state[s]))));
        }
      }
      CHECK(worst <= 1);
    }
  }
}

TEST_CASE("each rule has the bits of plain code with fused multiply-adds", "[kernels]") {
  if (instruction_set_name() == "baseline") {
    WARN("no fused multiply-add on this instruction set");
    return;
  }
  const DenormalsFlushed flushed;
  for (const OptimizerUpdate& update : updates()) {
    constexpr std::size_t kSize = 131;
    CAPTURE(static_cast<int>(update.rule), static_cast<int>(update.weight_decay));
    const Arena before(kSize);
    Arena after = before;
    after.apply(update, 0, kSize);
    Arena expected = before;
    for (std::size_t i = 0; i < kSize; ++i) {
      scalar::Element<float> x{before.weights[i], {before.state[0][i], before.state[1][i], before.state[2][i]}};
      scalar::update<float>(update, before.gradient[i], x);
      expected.weights[i] = x.w;
      for (std::size_t s = 0; s < kMaxStateSlots; ++s) {
        expected.state[s][i] = x.state[s];
      }
    }
    CHECK(after == expected);
  }
}

TEST_CASE("Adam's root is rounded correctly for every significand, and at the ends of every exponent", "[kernels]") {
  // m / sqrt(v) with m = v, of which neither changes: another root would be another quotient.
  OptimizerUpdate adam;
  adam.rule = UpdateRule::adam;
  adam.rate = -1;
  const auto wrong = [&](std::vector<float> v) {
    std::vector<float> w(v.size(), 0.0F);
    std::vector<float> m = v;
    apply_update(adam, w, std::vector<float>(v.size(), 0.0F), {std::span(m), std::span(v), {}});
    std::size_t count = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      count += w[i] == m[i] / std::sqrt(v[i]) ? 0 : 1;
    }
    return count;
  };
  std::size_t differ = 0;
  std::vector<float> some(1 << 16);
  for (std::uint32_t first = 0; first < 1U << 24; first += 1U << 16) {  // 1 … 4: roots of other exponents are as these
    for (std::uint32_t i = 0; i < some.size(); ++i) {
      some[i] = std::bit_cast<float>(0x3f800000U + first + i);
    }
    differ += wrong(some);
  }
  CHECK(differ == 0);
  std::vector<float> ends;
  for (std::uint32_t exponent = 1; exponent < 255; ++exponent) {
    for (std::uint32_t i = 0; i < 64; ++i) {
      ends.push_back(std::bit_cast<float>((exponent << 23) + i));
      ends.push_back(std::bit_cast<float>((exponent << 23) + 0x7fffffU - i));
      ends.push_back(std::bit_cast<float>((exponent << 23) + i * 0x1f3d1U % 0x800000U));
    }
  }
  CHECK(wrong(ends) == 0);
}

TEST_CASE("a gradient that is no number makes the weight none", "[kernels]") {
  for (const OptimizerUpdate& update : updates()) {
    CAPTURE(static_cast<int>(update.rule));
    Arena arena(17);
    arena.gradient[3] = NAN;
    arena.apply(update, 0, 17);
    CHECK((std::isnan(arena.weights[3]) || update.rule == UpdateRule::none));
    CHECK_FALSE(std::isnan(arena.weights[2]));
  }
}

TEST_CASE("an update leaves the gradient, and all beyond its span, as it was", "[kernels]") {
  for (const OptimizerUpdate& update : updates()) {
    for (const std::size_t size : kSizes) {
      CAPTURE(static_cast<int>(update.rule), size);
      const Arena before(size);
      Arena after = before;
      after.apply(update, 0, size);
      CHECK(after.gradient == before.gradient);
      CHECK(after.weights.back() == before.weights.back());
      for (std::size_t s = 0; s < kMaxStateSlots; ++s) {
        CHECK(after.state[s].back() == before.state[s].back());
        CHECK((s < scalar::state_slots(update.rule) || after.state[s] == before.state[s]));
      }
      CHECK((update.rule != UpdateRule::none || after == before));
    }
  }
}

TEST_CASE("an update has the same bits however its span is cut", "[kernels]") {
  constexpr std::size_t kSize = 131;
  for (const OptimizerUpdate& update : updates()) {
    CAPTURE(static_cast<int>(update.rule));
    Arena whole(kSize);
    whole.apply(update, 0, kSize);
    for (const std::size_t piece : {1U, 3U, 7U, 16U, 17U, 64U, 100U}) {
      CAPTURE(piece);
      Arena pieces(kSize);
      for (std::size_t first = 0; first < kSize; first += piece) {
        pieces.apply(update, first, std::min(first + piece, kSize));
      }
      CHECK(pieces == whole);
    }
  }
}

TEST_CASE("a rule is given the gradient scaled, then cut", "[kernels]") {
  constexpr float kScale = 0.75F;
  constexpr float kLimit = 0.3F;
  for (OptimizerUpdate update : updates()) {
    for (const std::size_t size : kSizes) {
      CAPTURE(static_cast<int>(update.rule), size);
      Arena clipped(size);
      Arena by_hand(size);
      for (std::size_t i = 0; i < size; ++i) {
        by_hand.gradient[i] = std::clamp(kScale * by_hand.gradient[i], -kLimit, kLimit);
      }
      update.gradient_scale = 1;
      update.gradient_limit = std::numeric_limits<float>::infinity();
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
  OptimizerUpdate update;
  update.rule = UpdateRule::sgd;
  update.rate = 0.03F;
  update.gradient_limit = 0.5F;
  apply_update(update, weights, gradient, {});
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CHECK(std::isnan(weights[i]) == (i == 3 || i == 18));
  }
}

}  // namespace kernels_optimizer_update_test
