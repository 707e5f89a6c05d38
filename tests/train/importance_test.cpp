#include "train/importance.h"

#include <cmath>

#include "engine/engine.h"
#include "tests/catch.h"

namespace strata::train_importance_test {

namespace {

constexpr std::size_t kRows = 2020;

/// y = 2 a + 0 b - c is what the model says, and what is right.
struct Sums {
  Sums() : spec{.inputs = 3, .hidden = {}, .outputs = 1, .activation = {}}, parameters(spec.layers()) {
    parameters.weight(0)(0, 0) = 2;
    parameters.weight(0)(0, 2) = -1;
    task.objective.kind = ObjectiveKind::mse;
    data.features = 3;
    data.sample_shape = {3};
    data.target_columns = 1;
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto a = static_cast<float>(i * 37 % 101) / 101;
      const auto b = static_cast<float>(i * 17 % 13);
      const auto c = static_cast<float>(i * 53 % 20) / 20;
      for (const float value : {a, b, c}) {
        data.values.push_back(value);
      }
      data.target_values.push_back(2 * a - c);
    }
  }
  Importance operator()(const FeatureBlocks& blocks, std::size_t most_applied = 1'000'000, int threads = 1) const {
    const Scaler scaler{std::vector<float>(3, 0.0F), std::vector<float>(3, 1.0F)};
    const PartRows rows = all_rows_of(data);
    return permutation_importance(*make_inference_engine(spec, task, parameters, scaler, {.threads = threads}), spec,
                                  task, {&rows, 1}, blocks, most_applied);
  }

  ModelSpec spec;
  Parameters parameters;
  Task task;
  Dataset data;
};

}  // namespace

TEST_CASE("a shuffled column costs twice its variance times its weight's square", "[train]") {
  const Importance importance = Sums()(feature_blocks(nullptr, {3}, 3, 1));
  CHECK(importance.rows == kRows);
  CHECK(importance.repeats == 5);
  CHECK(importance.loss < 1e-12);
  REQUIRE(importance.blocks.size() == 3);
  // By scikit-learn's permutation_importance of the negative mean squared error, 50 repeats: 0.6628 and 0.1661.
  CHECK(std::abs(importance.blocks[0].mean - 0.6628) < 0.03);
  CHECK(importance.blocks[1].mean == 0);
  CHECK(importance.blocks[1].deviation == 0);
  CHECK(std::abs(importance.blocks[2].mean - 0.1661) < 0.01);
  CHECK(importance.blocks[0].deviation > 0);
  CHECK(importance.blocks[0].deviation < 0.03);
  CHECK(importance.blocks[0].name == "0");
}

TEST_CASE("importance is the same each time, and of some rows where all would take too long", "[train]") {
  const Sums sums;
  const FeatureBlocks blocks = feature_blocks(nullptr, {3}, 3, 1);
  const Importance some = sums(blocks, 15'000);
  CHECK(some.rows == 1000);
  CHECK(sums(blocks, 15'000, 2).blocks[0].mean == some.blocks[0].mean);
  CHECK(sums(blocks, 1).rows == 500);
}

TEST_CASE("features that belong together are shuffled as one", "[train]") {
  FeatureBlocks together;
  together.blocks = {{"a and c", {0, 2}}, {"b", {1}}};
  const Importance importance = Sums()(together);
  CHECK(std::abs(importance.blocks[0].mean - (0.6628 + 0.1661)) < 0.05);
  CHECK(importance.blocks[1].mean == 0);
}

TEST_CASE("blocks are columns of a table, squares of an image, or features", "[train]") {
  TableSchema table;
  table.features = {
      {.name = "x"}, {.name = "colour", .categorical = true, .categories = {"blue", "red"}}, {.name = "y"}};
  const auto columns = feature_blocks(&table, {4}, 4, 1).blocks;
  REQUIRE(columns.size() == 3);
  CHECK(columns[1].name == "colour");
  CHECK(columns[1].features == std::vector<std::size_t>{1, 2});
  CHECK(columns[2].features == std::vector<std::size_t>{3});

  const FeatureBlocks pixels = feature_blocks(nullptr, {2, 3}, 6, 6);
  CHECK(pixels.map.side == 1);
  CHECK(pixels.blocks[4].name == "1,1");
  const FeatureBlocks squares = feature_blocks(nullptr, {3, 5, 3}, 45, 6);
  CHECK(squares.map.side == 2);
  CHECK(squares.map.rows == 2);
  CHECK(squares.map.columns == 3);
  CHECK(squares.blocks.size() == 6);
  CHECK(squares.blocks[0].features == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 15, 16, 17, 18, 19, 20});
  CHECK(squares.blocks[5].name == "2,4");
  CHECK(squares.blocks[5].features == std::vector<std::size_t>{42, 43, 44});
  CHECK(feature_blocks(nullptr, {3}, 3, 1).blocks.size() == 3);
}

}  // namespace strata::train_importance_test
