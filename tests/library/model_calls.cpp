// Cases of models, of the searches that end in rates or models, and of what the library says of itself.
#include <strata.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/library/calls.h"
#include "tests/library/support.h"

namespace strata::calls {

void models(const char* folder) {
  Rings rings;
  Trainer trainer(rings.get(), kSettings);
  const std::string hash = trainer.finish();
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  EXPECT(strata_model_features(model.handle) == 2 && strata_model_outputs(model.handle) == 2);
  const std::string path = std::string(folder) + "/rings.safetensors";
  EXPECT(strata_model_save(model.handle, path.c_str()) == 0);
  EXPECT(strata_model_export_onnx(model.handle, (std::string(folder) + "/rings.onnx").c_str()) == 0);
  Model loaded;
  EXPECT(strata_model_load(path.c_str(), &loaded.handle) == 0);
  unsigned char* bytes = nullptr;
  size_t size = 0;
  EXPECT(strata_model_bytes(loaded.handle, &bytes, &size) == 0);
  Model parsed;
  EXPECT(strata_model_parse(bytes, size, &parsed.handle) == 0);
  EXPECT(strata_model_parse(bytes, size - 1, &parsed.handle) == STRATA_BAD_DATA);
  strata_free(bytes);
  char text[17];
  EXPECT(strata_model_weights_hash(parsed.handle, text) == 0 && hash == text);
  EXPECT(strata_model_onnx_bytes(parsed.handle, &bytes, &size) == 0 && size > 100);
  strata_free(bytes);
  const std::vector<float> values = points();
  std::vector<float> all(2 * kRows);
  std::vector<float> one(2 * kRows);
  EXPECT(strata_model_predict(parsed.handle, Array(values, STRATA_FLOAT32, {kRows, 2}).get(), 0, all.data(),
                              2 * kRows) == 0);
  for (std::size_t r = 0; r < kRows; ++r) {
    const std::vector<float> row{values[2 * r], values[2 * r + 1]};
    EXPECT(strata_model_predict(parsed.handle, Array(row, STRATA_FLOAT32, {1, 2}).get(), 1, one.data() + 2 * r, 2) ==
           0);
  }
  EXPECT(one == all);
  char* json = nullptr;
  EXPECT(strata_model_importance(parsed.handle, rings.get(), 0, &json) == 0);
  EXPECT(std::strstr(json, R"("importance":[{"name":"0","mean":)") == json + 1);
  EXPECT(std::strstr(json, R"("importance_of":{"rows":600,"repeats":5,"loss":)") != nullptr);
  strata_free(json);
  EXPECT(strata_model_set_note(parsed.handle, "who", "the test") == 0);
  EXPECT(strata_model_info(parsed.handle, &json) == 0);
  EXPECT(taken(json).find(R"("who":"the test")") != std::string::npos);
  EXPECT(strata_model_set_note(parsed.handle, "who", "") == 0);
  EXPECT(strata_model_info(parsed.handle, &json) == 0 && taken(json).find("the test") == std::string::npos);
  EXPECT(strata_model_load("/nowhere", &loaded.handle) == STRATA_BAD_DATA);
  EXPECT(strata_model_save(model.handle, "/nowhere/model.safetensors") == STRATA_FAILED);
}

void lifetimes() {
  const std::vector<float> values = points();
  const std::vector<std::int64_t> labels = rings();
  const Array features(values, STRATA_FLOAT32, {kRows, 2});
  strata_data* data = nullptr;
  strata_trainer* trainer = nullptr;
  strata_trainer* further = nullptr;
  Model first;
  Model last;
  strata_progress at;
  EXPECT(strata_data_new(features.get(), nullptr, &data) == 0);
  EXPECT(strata_data_set_classes(data, Array(labels, STRATA_INT64, {kRows}).get(), nullptr, 0) == 0);
  EXPECT(strata_trainer_new(data, nullptr, kSettings, nullptr, &trainer) == 0);
  EXPECT(strata_trainer_model(trainer, 0, &first.handle) == 0);
  EXPECT(strata_trainer_new(data, nullptr, R"({"epochs": 1})", first.handle, &further) == 0);
  strata_data_free(data);
  EXPECT(strata_trainer_run(trainer, 0, &at) == 0);
  strata_trainer_free(trainer);
  EXPECT(strata_trainer_run(further, 0, &at) == 0 && at.ended == 1);
  EXPECT(strata_trainer_model(further, 0, &last.handle) == 0);
  strata_trainer_free(further);
  std::vector<float> room(2 * kRows);
  EXPECT(strata_model_predict(last.handle, features.get(), 2, room.data(), room.size()) == 0);
}

namespace {

int count(void* context, const char* json) {
  *static_cast<int*>(context) += json != nullptr ? 1 : 0;
  return 0;
}
int stop_at_once(void*, const char*) { return 1; }

}  // namespace

void searching() {
  Rings rings;
  char* json = nullptr;
  EXPECT(strata_find_lr(rings.get(), nullptr, R"({"hidden": [8], "steps": 40, "threads": 1})", nullptr, nullptr,
                        &json) == 0);
  EXPECT(taken(json).find("\"group\":\"upper\"") != std::string::npos);
  int heard = 0;
  Model best;
  const char* const sweep =
      R"({"hidden": [8], "epochs": 2, "lower": ["sgd", "adam"], "lower_lr": "0.01,0.1", "jobs": 2})";
  EXPECT(strata_sweep(rings.get(), nullptr, sweep, count, &heard, &json, &best.handle) == 0);
  const std::string result = taken(json);
  EXPECT(heard == 4 && result.find("\"trials\":4") != std::string::npos);
  EXPECT(result.find("\"sentence\":\"with adam below, 10 times the rate (0.01 to 0.1) takes val_loss from ") !=
         std::string::npos);
  char hash[17];
  EXPECT(strata_model_weights_hash(best.handle, hash) == 0 && result.find(hash) != std::string::npos);
  json = nullptr;
  const char* const endless = R"({"hidden": [8], "epochs": 1000000, "lower_lr": "0.01,0.1"})";
  EXPECT(strata_sweep(rings.get(), nullptr, endless, stop_at_once, nullptr, &json, nullptr) == STRATA_STOPPED);
  EXPECT(json == nullptr);
  EXPECT(strata_sweep(rings.get(), nullptr, R"({"lower_lr": "x"})", nullptr, nullptr, &json, nullptr) ==
         STRATA_WRONG_SETTINGS);
}

void facts() {
  strata_model* model = nullptr;
  EXPECT(strata_model_load("/nowhere/\xff", &model) == STRATA_BAD_DATA);
  EXPECT(std::strstr(strata_message(), "/nowhere/\\xff") != nullptr);  // messages are UTF-8
  EXPECT(strata_abi_version() == STRATA_ABI_VERSION && std::strlen(strata_version()) >= 5);
  EXPECT(std::strstr(strata_settings_schema(), "\"batch_size\"") != nullptr);
  EXPECT(std::strstr(strata_find_lr_schema(), R"("rates":{"type":"string","default":"1e-6..10")") != nullptr);
  EXPECT(std::strstr(strata_find_lr_schema(), "\"min_delta\"") == nullptr);
  EXPECT(std::strstr(strata_sweep_schema(), R"("eta":{"type":"integer","minimum":2,"maximum":10000,"default":3)") !=
         nullptr);
  EXPECT(std::strstr(strata_settings_schema(), "\xe2\x80\xb9") == nullptr);
}

}  // namespace strata::calls
