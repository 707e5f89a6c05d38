// Cases of misuse: every function is once asked what it has to refuse.
#include <strata.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "tests/library/calls.h"
#include "tests/library/support.h"

namespace strata::calls {

void wrong_arrays() {
  const std::vector<float> values(12, 1.5F);
  Data data;
  const auto refused = [&](strata_array array, int code) {
    EXPECT(strata_data_new(&array, nullptr, &data.handle) == code && data.handle == nullptr);
    EXPECT(strata_message()[0] != '\0');
  };
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  const std::int64_t good[] = {3, 4};
  const std::int64_t negative[] = {3, -4};
  const std::int64_t empty[] = {0, 4};
  const std::int64_t overflowing[] = {kHuge / 2, 4};
  const std::int64_t many_rows[] = {std::int64_t{1} << 33, 1};
  const std::int64_t far[] = {kHuge, 4};
  const std::int64_t before[] = {-kHuge, 4};
  refused({nullptr, STRATA_FLOAT32, 2, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), 12, 2, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), -1, 2, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 0, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 33, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, nullptr, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, negative, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, empty, nullptr}, STRATA_BAD_DATA);
  refused({values.data(), STRATA_FLOAT32, 2, overflowing, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_UINT8, 2, many_rows, nullptr}, STRATA_BAD_DATA);
  refused({values.data(), STRATA_FLOAT32, 2, good, far}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, good, before}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 1, good, nullptr}, STRATA_BAD_DATA);
  refused({values.data(), STRATA_BOOL, 2, good, nullptr}, STRATA_BAD_DATA);
}

void wrong_data() {
  Rings rings;
  strata_data* const data = rings.get();
  const std::vector<double> nan(kRows, std::nan(""));
  const std::vector<double> halves(kRows, 0.5);
  const std::vector<std::int32_t> few(10);
  const Array nans(nan, STRATA_FLOAT64, {kRows});
  const char* names[] = {"a", nullptr};
  EXPECT(strata_data_set_classes(data, nullptr, nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_classes(nullptr, nans.get(), nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_classes(data, nans.get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_classes(data, Array(halves, STRATA_FLOAT64, {kRows}).get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_classes(data, Array(few, STRATA_INT32, {10}).get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_classes(data, Array(few, STRATA_INT32, {10}).get(), names, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_classes(data, Array(few, STRATA_INT32, {10}).get(), nullptr, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_targets(data, STRATA_CLASSES, nans.get(), nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_targets(data, STRATA_NUMBERS, nans.get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_targets(data, STRATA_LABELS, Array(halves, STRATA_FLOAT64, {kRows}).get(), nullptr, 0) ==
         STRATA_BAD_DATA);
  EXPECT(strata_data_set_row_weights(data, nans.get()) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_row_weights(nullptr, nans.get()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_feature_names(data, names, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_feature_names(data, names, 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_rows(nullptr) == 0 && strata_data_features(nullptr) == 0);
  char* json = nullptr;
  EXPECT(strata_data_info(nullptr, &json) == STRATA_WRONG_SETTINGS && strata_data_info(data, nullptr) != 0);
  EXPECT(strata_data_info(data, &json) == 0);
  EXPECT(taken(json).find("\"classes\":[{\"name\":\"0\"") != std::string::npos);  // they are still those set first
  Data loaded;
  EXPECT(strata_data_load(R"({"data": "/nowhere.csv"})", &loaded.handle) == STRATA_BAD_DATA);
  EXPECT(strata_data_load(R"({"dato": "/nowhere.csv"})", &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load("{", &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load("[]", &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load("{}", nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load_for_model("{}", nullptr, &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_for_model(nans.get(), nullptr, &loaded.handle) == STRATA_WRONG_SETTINGS);
}

void wrong_trainers() {
  Rings rings;
  strata_trainer* none = nullptr;
  const std::vector<float> values = points();
  Data unlabelled;
  EXPECT(strata_data_new(Array(values, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &unlabelled.handle) == 0);
  EXPECT(strata_trainer_new(unlabelled.handle, nullptr, "{}", nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(rings.get(), unlabelled.handle, "{}", nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(nullptr, nullptr, "{}", nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(rings.get(), nullptr, "{}", nullptr, nullptr) == STRATA_WRONG_SETTINGS);
  for (const char* const wrong :
       {R"({"epochs": "many"})", R"({"epoch": 1})", R"({"save": "x"})", R"({"run_dir": "x"})", R"({"data": "x"})",
        R"({"engine": "onednn"})", R"({"lower": "sgd,lr=-1"})", R"({"hidden": [0]})", R"({"batch_size": 1.5})",
        R"({"validation_split": 0, "early_stopping": 3})", "nonsense", "[1]", "\xff"}) {
    EXPECT(strata_trainer_new(rings.get(), nullptr, wrong, nullptr, &none) == STRATA_WRONG_SETTINGS && none == nullptr);
    EXPECT(strata_message()[0] != '\0' && std::strstr(strata_message(), "--") == nullptr);
  }
  double number = 0;
  char* json = nullptr;
  char hash[17];
  unsigned char* bytes = nullptr;
  size_t size = 0;
  strata_model* model = nullptr;
  strata_progress at;
  EXPECT(strata_trainer_run(nullptr, 0, nullptr) == STRATA_WRONG_SETTINGS);
  strata_trainer_stop(nullptr);
  strata_trainer_free(nullptr);
  EXPECT(strata_trainer_position(nullptr, &at) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_info(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_history(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_result(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_group_count(nullptr) == 0 && strata_trainer_group_name(nullptr, 0) == nullptr);
  EXPECT(strata_trainer_rate(nullptr, "lower", &number) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_set_rate(nullptr, "lower", 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_weights_hash(nullptr, hash) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_tensors(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_tensor(nullptr, "layers.0.bias", nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_measure_gradients(nullptr, 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_gradient_norms(nullptr, &number, 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_snapshot(nullptr, &bytes, &size) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_restore(nullptr, "", 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_inherit(nullptr, "", 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_model(nullptr, 0, &model) == STRATA_WRONG_SETTINGS);
  Trainer trainer(rings.get(), kSettings);
  EXPECT(strata_trainer_tensor(trainer.get(), "layers.0.bias", nullptr, 16) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_snapshot(trainer.get(), &bytes, nullptr) == STRATA_WRONG_SETTINGS && bytes == nullptr);
  EXPECT(strata_trainer_restore(trainer.get(), nullptr, 5) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_rate(trainer.get(), nullptr, &number) == STRATA_WRONG_SETTINGS);
  Trainer wild(rings.get(), R"({"hidden": [8], "lower": "sgd,lr=1e30", "upper": "sgd,lr=1e30"})");
  EXPECT(strata_trainer_run(wild.get(), 0, &at) == STRATA_DIVERGED && at.ended == 1);
  EXPECT(strata_trainer_run(wild.get(), 0, &at) == STRATA_DIVERGED);
}

void wrong_models() {
  Rings rings;
  Trainer trainer(rings.get(), kSettings);
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  const std::vector<float> values = points();
  std::vector<float> room(2 * kRows);
  const Array rows(values, STRATA_FLOAT32, {kRows, 2});
  char* json = nullptr;
  char hash[17];
  unsigned char* bytes = nullptr;
  size_t size = 0;
  strata_model* none = nullptr;
  EXPECT(strata_model_load(nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_parse(nullptr, 0, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_parse("nonsense", 8, &none) == STRATA_BAD_DATA && none == nullptr);
  strata_model_free(nullptr);
  EXPECT(strata_model_set_note(nullptr, "who", "me") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_set_note(model.handle, nullptr, "me") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_set_note(model.handle, "who", nullptr) == STRATA_WRONG_SETTINGS);
  for (const char* const name : {"", "classes", "format_version", "feature_names", "\xff"}) {
    EXPECT(strata_model_set_note(model.handle, name, "me") == STRATA_WRONG_SETTINGS);
  }
  EXPECT(strata_model_save(nullptr, "x") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_save(model.handle, nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_bytes(nullptr, &bytes, &size) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_export_onnx(nullptr, "x") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_onnx_bytes(nullptr, &bytes, &size) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_info(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_features(nullptr) == 0 && strata_model_outputs(nullptr) == 0);
  EXPECT(strata_model_weights_hash(nullptr, hash) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_weights_hash(model.handle, nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_tensors(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_tensor(nullptr, "layers.0.bias", room.data(), 16) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(nullptr, rows.get(), 1, room.data(), room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, nullptr, 1, room.data(), room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, rows.get(), 1, nullptr, room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, rows.get(), 1, room.data(), room.size() - 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, rows.get(), -1, room.data(), room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, Array(values, STRATA_FLOAT32, {kRows / 2, 4}).get(), 1, room.data(),
                              kRows) == STRATA_BAD_DATA);
  const std::vector<float> odd{0.5F, std::nanf("")};
  EXPECT(strata_model_predict(model.handle, Array(odd, STRATA_FLOAT32, {1, 2}).get(), 1, room.data(), 2) ==
         STRATA_BAD_DATA);
  EXPECT(strata_model_evaluate(model.handle, nullptr, 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_evaluate(nullptr, rings.get(), 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_importance(model.handle, nullptr, 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_importance(nullptr, rings.get(), 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_importance(model.handle, rings.get(), 1, nullptr) == STRATA_WRONG_SETTINGS);
  Data untold;
  EXPECT(strata_data_new(rows.get(), nullptr, &untold.handle) == 0);
  EXPECT(strata_model_importance(model.handle, untold.handle, 1, &json) == STRATA_BAD_DATA);
  EXPECT(strata_find_lr(nullptr, nullptr, "{}", nullptr, nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_sweep(nullptr, nullptr, "{}", nullptr, nullptr, &json, nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_sweep(rings.get(), nullptr, "{}", nullptr, nullptr, nullptr, nullptr) == STRATA_WRONG_SETTINGS);
  const char* const nowhere = "/nowhere";
  EXPECT(strata_report(nullptr, 1, nullptr, "page.html") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_report(&nowhere, 0, nullptr, "page.html") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_report(&nowhere, 1, nullptr, nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_report(&nowhere, 1, nullptr, "page.html") == STRATA_BAD_DATA);
  Data read;
  EXPECT(strata_data_load_for_model(R"({"data": "/nowhere.csv"})", model.handle, &read.handle) == STRATA_BAD_DATA);
  EXPECT(strata_data_load_for_model(R"({"dato": "x"})", model.handle, &read.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load_for_model(nullptr, model.handle, nullptr) == STRATA_WRONG_SETTINGS);
  strata_free(nullptr);
}

}  // namespace strata::calls
