// Cases of rows in memory: how they lie, what they are called, and what there is to learn of them.
#include <strata.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/library/calls.h"
#include "tests/library/support.h"

namespace strata::calls {

/// However the same numbers lie, and of whatever type they are, they give the same weights.
void layouts() {
  constexpr std::int64_t kColumns = 3;
  std::vector<std::int16_t> numbers;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < kRows * kColumns; ++i) {
    numbers.push_back(static_cast<std::int16_t>(i * 7919 % 201 - 100));
  }
  for (std::int64_t r = 0; r < kRows; ++r) {
    labels.push_back(numbers[static_cast<std::size_t>(r * kColumns)] > 0 ? 4 : -2);
  }
  const auto hash = [&](const Array& features) {
    Data data;
    EXPECT(strata_data_new(features.get(), nullptr, &data.handle) == 0);
    EXPECT(strata_data_set_classes(data.handle, Array(labels, STRATA_INT64, {kRows, 1}).get(), nullptr, 0) == 0);
    return Trainer(data.handle, R"({"hidden": [8], "epochs": 1})").finish();
  };
  const std::string expected = hash(Array(numbers, STRATA_INT16, {kRows, kColumns}));
  const std::vector<float> floats(numbers.begin(), numbers.end());
  EXPECT(hash(Array(floats, STRATA_FLOAT32, {kRows, kColumns})) == expected);
  const std::vector<double> doubles(numbers.begin(), numbers.end());
  EXPECT(hash(Array(doubles, STRATA_FLOAT64, {kRows, kColumns})) == expected);
  std::vector<double> by_columns;
  for (std::size_t c = 0; c < kColumns; ++c) {
    for (std::size_t r = 0; r < kRows; ++r) {
      by_columns.push_back(doubles[r * kColumns + c]);
    }
  }
  EXPECT(hash(Array(by_columns, STRATA_FLOAT64, {kRows, kColumns}, {8, 8 * kRows})) == expected);
  std::vector<float> backwards(floats.rbegin(), floats.rend());
  const std::vector<float>* const whole = &backwards;
  std::int64_t shape[] = {kRows, kColumns};
  std::int64_t strides[] = {-4 * kColumns, -4};
  const strata_array reversed{whole->data() + whole->size() - 1, STRATA_FLOAT32, 2, shape, strides};
  Data data;
  EXPECT(strata_data_new(&reversed, nullptr, &data.handle) == 0);
  EXPECT(strata_data_set_classes(data.handle, Array(labels, STRATA_INT64, {kRows}).get(), nullptr, 0) == 0);
  EXPECT(Trainer(data.handle, R"({"hidden": [8], "epochs": 1})").finish() == expected);
  std::string bytes(floats.size() * 4 + 1, '\0');  // not aligned
  std::memcpy(bytes.data() + 1, floats.data(), floats.size() * 4);
  const strata_array odd{bytes.data() + 1, STRATA_FLOAT32, 2, shape, nullptr};
  Data unaligned;
  EXPECT(strata_data_new(&odd, nullptr, &unaligned.handle) == 0);
  EXPECT(strata_data_set_classes(unaligned.handle, Array(labels, STRATA_INT64, {kRows}).get(), nullptr, 0) == 0);
  EXPECT(Trainer(unaligned.handle, R"({"hidden": [8], "epochs": 1})").finish() == expected);
}

/// Names of classes and features travel with the model; validation rows know the classes by name, number or index.
void names() {
  const std::vector<float> values = points();
  const std::vector<std::int64_t> labels = calls::rings();
  const Array features(values, STRATA_FLOAT32, {kRows, 2});
  const Array indices(labels, STRATA_INT64, {kRows});
  const char* classes[] = {"outside", "inside"};
  const char* columns[] = {"x", "y"};
  Data data;
  EXPECT(strata_data_new(features.get(), nullptr, &data.handle) == 0);
  EXPECT(strata_data_set_classes(data.handle, indices.get(), classes, 2) == 0);
  EXPECT(strata_data_set_feature_names(data.handle, columns, 2) == 0);
  Data validation;
  EXPECT(strata_data_new(features.get(), data.handle, &validation.handle) == 0);
  EXPECT(strata_data_set_classes(validation.handle, indices.get(), nullptr, 0) == 0);
  Trainer trainer(data.handle, kSettings, validation.handle);
  trainer.finish();
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  char* json = nullptr;
  EXPECT(strata_model_info(model.handle, &json) == 0);
  const std::string info = taken(json);
  EXPECT(info.find(R"("feature_names":["x","y"])") != std::string::npos);
  EXPECT(info.find(R"("output_names":["outside","inside"])") != std::string::npos);
  const char* swapped[] = {"inside", "outside"};
  std::vector<std::int64_t> others;
  for (const std::int64_t label : labels) {
    others.push_back(1 - label);
  }
  Data same;
  EXPECT(strata_data_for_model(features.get(), model.handle, &same.handle) == 0);
  EXPECT(strata_data_set_classes(same.handle, Array(others, STRATA_INT64, {kRows}).get(), swapped, 2) == 0);
  EXPECT(strata_model_evaluate(model.handle, same.handle, 0, &json) == 0);
  const std::string figures = taken(json);
  EXPECT(strata_data_set_classes(same.handle, indices.get(), nullptr, 0) == 0);
  EXPECT(strata_model_evaluate(model.handle, same.handle, 1, &json) == 0 && taken(json) == figures);
  const char* strange[] = {"inside", "elsewhere"};
  EXPECT(strata_data_set_classes(same.handle, indices.get(), strange, 2) == STRATA_BAD_DATA);
  const char* twice[] = {"inside", "inside"};
  EXPECT(strata_data_set_classes(data.handle, indices.get(), twice, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(data.handle, validation.handle, R"({"validation_split": 0.1})", nullptr, nullptr) ==
         STRATA_WRONG_SETTINGS);
}

/// Numbers and labels to learn, weights of rows, missing values.
void targets() {
  std::vector<float> values = points();
  std::vector<double> sums;
  std::vector<float> both;
  for (std::size_t r = 0; r < kRows; ++r) {
    sums.push_back(1000 + 3.0 * values[2 * r] - values[2 * r + 1]);
    both.push_back(values[2 * r] > 0 ? 1 : 0);
    both.push_back(values[2 * r + 1] > 0 ? 1 : 0);
  }
  Data data;
  EXPECT(strata_data_new(Array(values, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &data.handle) == 0);
  const char* name[] = {"sum"};
  EXPECT(strata_data_set_targets(data.handle, STRATA_NUMBERS, Array(sums, STRATA_FLOAT64, {kRows}).get(), name, 1) ==
         0);
  const std::vector<float> weights(kRows, 0.5F);
  EXPECT(strata_data_set_row_weights(data.handle, Array(weights, STRATA_FLOAT32, {kRows}).get()) == 0);
  Trainer trainer(data.handle, R"({"hidden": [16], "epochs": 20})");
  trainer.finish();
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  float prediction = 0;
  EXPECT(strata_model_predict(model.handle, Array(values, STRATA_FLOAT32, {1, 2}).get(), 1, &prediction, 1) == 0);
  EXPECT(std::abs(prediction - sums[0]) < 2);
  EXPECT(strata_trainer_new(data.handle, nullptr, R"({"loss": "binary_cross_entropy"})", nullptr, nullptr) != 0);
  EXPECT(strata_data_set_targets(data.handle, STRATA_LABELS, Array(both, STRATA_FLOAT32, {kRows, 2}).get(), nullptr,
                                 0) == 0);
  EXPECT(strata_data_set_row_weights(data.handle, nullptr) == 0);
  Trainer labels(data.handle, R"({"hidden": [16], "epochs": 20})");
  EXPECT(labels.run(0).val_figure > 0.5);
  values[7] = std::nanf("");
  Data gaps;
  EXPECT(strata_data_new(Array(values, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &gaps.handle) == 0);
  EXPECT(strata_data_set_targets(gaps.handle, STRATA_NUMBERS, Array(sums, STRATA_FLOAT64, {kRows}).get(), name, 1) ==
         0);
  strata_trainer* none = nullptr;
  EXPECT(strata_trainer_new(gaps.handle, nullptr, "{}", nullptr, &none) == STRATA_BAD_DATA && none == nullptr);
  EXPECT(std::string(strata_message()).find("row 3, column 1 (counted from 0) is nan") != std::string::npos);
  Trainer(gaps.handle, R"({"hidden": [4], "epochs": 1, "missing": "mean"})").finish();
}

}  // namespace strata::calls
