#include "train/part_evaluation.h"

#include <cmath>

#include "engine/engine.h"
#include "objective/objective.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace strata::train_part_evaluation_test {

namespace {

/// Feature c decides for class c.
struct Identity {
  explicit Identity(std::size_t classes)
      : spec{.inputs = classes, .hidden = {}, .outputs = classes, .activation = {}}, parameters(spec.layers()) {
    for (std::size_t c = 0; c < classes; ++c) {
      parameters.weight(0)(c, c) = 1;
    }
  }
  PartEvaluation operator()(std::span<const PartRows> parts, int threads = 1, const Task& task = {}) const {
    const Scaler scaler{std::vector<float>(spec.inputs, 0.0F), std::vector<float>(spec.inputs, 1.0F)};
    return evaluate_part(*make_inference_engine(spec, task, parameters, scaler, {.threads = threads}), spec, task,
                         parts);
  }

  ModelSpec spec;
  Parameters parameters;
};

Dataset data_of(std::size_t features, const std::vector<std::uint8_t>& pixels,
                const std::vector<std::uint32_t>& labels) {
  Dataset data;
  data.source = "some file";
  data.features = features;
  data.pixels.append(pixels.begin(), pixels.end());
  data.labels = labels;
  return data;
}

}  // namespace

TEST_CASE("figures of two data sets together are those of all their rows", "[train]") {
  const Dataset one = data_of(3, {9, 0, 0, 0, 9, 0}, {0, 0});
  const Dataset two = data_of(3, {0, 0, 9}, {2});
  const std::vector<PartRows> parts{all_rows_of(one), all_rows_of(two)};
  const PartEvaluation both = Identity(3)(parts, 2);
  CHECK(both.rows() == 3);
  CHECK(both.labels == std::vector<std::uint32_t>{0, 0, 2});
  CHECK(both.figures.front() == Figure{"accuracy", 2.0 / 3});
  CHECK(both.confusion(0, 1) == 1);
  CHECK(both.classes[0].recall == 0.5);
  const double right = std::log(1 + 2 * std::exp(-9.0));
  CHECK(std::fabs(both.loss - (2 * right + right + 9) / 3) < 1e-6);
  CHECK(both.prediction_matrix()(2, 2) > 0.99F);
  CHECK(find_figure(both.figures, "auc").has_value());
}

TEST_CASE("the figures of labels and numbers are counted and summed exactly, whatever fp32 makes of a row", "[train]") {
  constexpr std::size_t kRows = 100;
  constexpr std::size_t kColumns = 20;
  Dataset data = data_of(kColumns, std::vector<std::uint8_t>(kRows * kColumns, 0), {});
  data.target_columns = kColumns;
  for (std::size_t i = 0; i < kRows * kColumns; ++i) {  // a label of each row is not seen, its number is missed
    data.target_values.push_back(i % kColumns == 7 ? 1.0F : 0.0F);
  }
  const std::vector<PartRows> parts{all_rows_of(data)};
  const PartEvaluation labels =
      Identity(kColumns)(parts, 1, {.objective = parse_objective("binary_cross_entropy", "")});
  CHECK(labels.figures.front() == Figure{"label_accuracy", 1900.0 / 2000});
  for (float& value : data.target_values) {
    value *= 0.1F;
  }
  const PartEvaluation numbers = Identity(kColumns)(parts, 1, {.objective = parse_objective("mse", "")});
  CHECK(numbers.figures.front() == Figure{"mae", numbers.numbers[7].mae / kColumns});
  CHECK(numbers.figures.size() == 3);
}

TEST_CASE("rows that do not fit the model are refused by the name of their file", "[train]") {
  const auto message = [](const Dataset& data) {
    return test::thrown([&] {
      const PartRows rows = all_rows_of(data);
      Identity(3)({&rows, 1});
    });
  };
  CHECK(test::missing(message(data_of(2, {1, 2}, {0})), {"data: some file", "2 features", "takes 3"}).empty());
  CHECK(test::missing(message(data_of(3, {1, 2, 3, 4, 5, 6}, {0, 3})), {"row 1", "label 3", "3 classes"}).empty());
}

}  // namespace strata::train_part_evaluation_test
