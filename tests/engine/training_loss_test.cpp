#include "engine/loss.h"
#include "tests/catch.h"

namespace engine_training_loss_test {

using namespace strata;

TEST_CASE("the plain cross-entropy has no targets but the labels", "[engine]") {
  CHECK_FALSE(class_targets({Convention::keras, 0, {}}, 3));
  CHECK_FALSE(class_targets({Convention::torch, 0, {}}, 3));
}

TEST_CASE("rows that are weighed have plain targets at least", "[engine]") {
  const auto targets = class_targets({Convention::torch, 0, {}, true}, 2);
  REQUIRE(targets);
  CHECK(targets->label == std::vector<float>(2, 1.0F));
  CHECK(targets->other == std::vector<float>(2, 0.0F));
  CHECK(targets->total == std::vector<float>(2, 1.0F));
  CHECK(targets->weight == std::vector<float>(2, 1.0F));
}

TEST_CASE("Keras weighs rows, PyTorch targets", "[engine]") {
  const std::vector<double> weights{0.5, 2, 1.5, 4};
  const auto keras = class_targets({Convention::keras, 0.2, weights}, 4);
  REQUIRE(keras);
  CHECK(keras->label == std::vector<float>(4, 0.85F));
  CHECK(keras->other == std::vector<float>(4, 0.05F));
  CHECK(keras->total == std::vector<float>(4, 1.0F));
  CHECK(keras->weight == std::vector<float>{0.5F, 2, 1.5F, 4});
  const auto torch = class_targets({Convention::torch, 0.2, weights}, 4);
  REQUIRE(torch);
  CHECK(torch->label[3] == static_cast<float>(4 * 0.85));
  CHECK(torch->other[0] == static_cast<float>(0.5 * 0.05));
  CHECK(torch->total[1] == static_cast<float>(2 * 0.8 + 0.05 * 8));
  CHECK(torch->weight == std::vector<float>(4, 1.0F));
}

TEST_CASE("PyTorch divides by the rows' weights, Keras by the rows", "[engine]") {
  const std::vector<std::uint32_t> labels{0, 1, 1, 0, 2};
  const std::vector<float> row_weights{3, 0.5F, 1, 1, 2};
  const SamplesView samples{.features = {}, .labels = labels, .row_weights = row_weights};
  const std::vector<std::uint32_t> rows{4, 1, 1, 0};
  const std::vector<double> weights{0.5, 2, 8};
  constexpr ObjectiveKind kSoftmax = ObjectiveKind::softmax_cross_entropy;
  CHECK(loss_weight({Convention::torch, 0, weights}, kSoftmax, samples, rows) == 12.5);
  CHECK(loss_weight({Convention::keras, 0, weights}, kSoftmax, samples, rows) == 4);
  CHECK(loss_weight({Convention::torch, 0.1, {}}, kSoftmax, samples, rows) == 4);
  CHECK(loss_weight({Convention::torch, 0, {}, true}, kSoftmax, samples, rows) == 6);  // 2 + 0.5 + 0.5 + 3
  CHECK(loss_weight({Convention::torch, 0, weights, true}, kSoftmax, samples, rows) == 19.5);
  CHECK(loss_weight({Convention::keras, 0, weights, true}, kSoftmax, samples, rows) == 4);
}

TEST_CASE("in PyTorch mse and mae divide by the rows' weights, the other losses by the rows", "[engine]") {
  const std::vector<float> row_weights{3, 0.5F};
  const SamplesView samples{.features = {}, .row_weights = row_weights};
  const std::vector<std::uint32_t> rows{0, 1, 1};
  for (const ObjectiveEntry& entry : objective_registry()) {
    CAPTURE(entry.name);
    const bool by_weights = entry.map == OutputMap::softmax || entry.name == "mse" || entry.name == "mae";
    CHECK(loss_weight({Convention::torch, 0, {}, true}, entry.kind, samples, rows) == (by_weights ? 4 : 3));
    CHECK(loss_weight({Convention::keras, 0, {}, true}, entry.kind, samples, rows) == 3);
  }
}

}  // namespace engine_training_loss_test
