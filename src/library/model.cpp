// strata_model: a trained model, applied and kept.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "core/error.h"
#include "core/text.h"
#include "core/threads.h"
#include "data/data_source.h"
#include "io/evaluation_json.h"
#include "io/json_text.h"
#include "io/model_format.h"
#include "io/onnx_file.h"
#include "library/arguments.h"
#include "library/call.h"
#include "library/handles.h"
#include "run/apply_model.h"
#include "run/info.h"
#include "settings/run_config.h"
#include "train/part_evaluation.h"

using namespace strata;

namespace strata::library {

namespace {

constexpr const char* kFeatureNames = "feature_names";
/// Rows that are not worth a second thread.
constexpr std::size_t kRowsOfThread = 96;
constexpr int kMostThreads = 1024;

}  // namespace

std::vector<std::string> feature_names(const ModelFile& model) {
  const auto note = model.notes.find(kFeatureNames);
  if (note == model.notes.end()) {
    return {};
  }
  const auto json = nlohmann::json::parse(note->second, nullptr, false);
  const bool names = json.is_array() && std::ranges::all_of(json, [](const auto& name) { return name.is_string(); });
  return names ? json.get<std::vector<std::string>>() : std::vector<std::string>();
}

void set_feature_names(ModelFile& model, const std::vector<std::string>& names) {
  if (!names.empty()) {
    model.notes[kFeatureNames] = json_text(names);
  }
}

namespace {

/// Calls use(name, shape, values) for each.
template <class Use>
void for_tensors(const Parameters& parameters, const Use& use) {
  for (std::size_t layer = 0; layer < parameters.layers().size(); ++layer) {
    const MatrixView<const float> weight = parameters.weight(layer);
    use(fmt::format("layers.{}.weight", layer), nlohmann::ordered_json{weight.rows(), weight.columns()},
        std::span(weight.data(), weight.rows() * weight.columns()));
    const std::span<const float> bias = parameters.bias(layer);
    use(fmt::format("layers.{}.bias", layer), nlohmann::ordered_json::array({bias.size()}), bias);
  }
}

}  // namespace

std::string tensors_json(const Parameters& parameters) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for_tensors(parameters, [&](const std::string& name, const nlohmann::ordered_json& shape, std::span<const float>) {
    json.push_back({{"name", name}, {"shape", shape}});
  });
  return json.dump();
}

void copy_tensor(const Parameters& parameters, std::string_view name, float* values, std::size_t count) {
  bool found = false;
  for_tensors(parameters, [&](const std::string& known, const nlohmann::ordered_json&, std::span<const float> tensor) {
    if (known != name) {
      return;
    }
    found = true;
    if (tensor.size() != count) {
      throw usage_error("{} has {} elements; found room for {}", name, tensor.size(), count);
    }
    std::ranges::copy(tensor, &required(values, "values"));
  });
  if (!found) {
    throw usage_error("there is no {}; expected layers.K.weight or layers.K.bias, K below {}", name,
                      parameters.layers().size());
  }
}

void copy_hash(const Parameters& parameters, char* hash) {
  const std::string text = weights_hash(parameters);
  std::copy_n(text.c_str(), text.size() + 1, &required(hash, "hash"));
}

std::unique_ptr<strata_model> model_of(TrainedModel trained) {
  if (!trained.run.split) {
    trained.run.split = split_of_notes(trained.model.notes);
  }
  return std::unique_ptr<strata_model>(new strata_model{.trained = std::move(trained)});
}

std::unique_ptr<strata_model> model_of(ModelFile model) {
  return model_of(TrainedModel{.path = {}, .folder = {}, .config = {}, .run = {}, .model = std::move(model)});
}

namespace {

const ModelFile& file_of(const strata_model* model) { return required(model, "model").trained.model; }

void require_finite(std::span<const float> predictions, const ModelFile& model) {
  const auto bad = std::ranges::find_if_not(predictions, [](float p) { return std::isfinite(p); });
  if (bad != predictions.end()) {
    throw failed_error("row {} (counted from 0): its {} are not finite, as it is too far from the training rows",
                       static_cast<std::size_t>(bad - predictions.begin()) / model.spec.outputs,
                       model.targets == TargetKind::numbers ? "numbers" : "probabilities");
  }
}

void predict(strata_model& model, const strata_array& array, int threads, float* predictions, std::size_t count) {
  const ModelFile& file = model.trained.model;
  const MemoryArray memory = memory_array(array, "features");
  const std::size_t rows = memory.shape.front();
  if (count / file.spec.outputs != rows || count % file.spec.outputs != 0) {
    throw usage_error("predictions: there is room for {} numbers; expected {} rows x {}", count, rows,
                      file.spec.outputs);
  }
  float* const first = &required(predictions, "predictions");
  Engine& engine = model.engine(threads, rows);
  const MemoryFeatures features = memory_features(memory, engine.threads(), GivenOffsets(file.scaler.offset));
  check_needs(features.data, {.features = file.spec.inputs});
  if (file.scaler.fill.empty() && !features.fault.empty()) {
    throw data_error("{}", features.fault);
  }
  engine.predict(features.data.view(), all_rows(rows), MatrixView<float>(first, rows, file.spec.outputs));
  require_finite({first, count}, file);
}

/// Of data from files the test part, if there is one. Throws Error(data) unless the data were read for the model.
std::vector<PartRows> rows_to_judge(const ModelFile& file, const strata_data& data) {
  const bool tested = data.from_files && data.source.test.rows() > 0;
  const Dataset& part = tested ? data.source.test : data.source.train;
  check_needs(data.rows(), {.features = file.spec.inputs});
  const DataNeeds needs = data_needs(file);
  if (!data.has_targets() || data.source.targets != needs.targets || data.source.classes != needs.classes ||
      part.target_columns != needs.target_columns || part.offsets != needs.offsets) {
    throw data_error("the data have other classes, targets or offsets than the model; read them for it");
  }
  if (file.scaler.fill.empty() && !data.fault.empty()) {
    throw data_error("{}", data.fault);
  }
  return {all_rows_of(part)};
}

nlohmann::ordered_json evaluation(strata_model& model, const strata_data& data, int threads) {
  const ModelFile& file = model.trained.model;
  const std::vector<PartRows> rows = rows_to_judge(file, data);
  const PartEvaluation figures =
      evaluate_part(model.engine(threads, rows.front().rows.size()), file.spec, file.task, rows);
  nlohmann::ordered_json json = evaluation_json(figures, output_names(file));
  constexpr std::size_t kTop = 5;
  if (figures.kind == TargetKind::classes && figures.outputs > kTop) {
    json["top_k"] = {{"k", kTop}, {"accuracy", top_k_accuracy(figures.labels, figures.prediction_matrix(), kTop)}};
  }
  json["weights_hash"] = weights_hash(file.parameters);
  return json;
}

/// Features without a table are called by their names, if the model knows them.
nlohmann::ordered_json importance(strata_model& model, const strata_data& data, int threads) {
  const ModelFile& file = model.trained.model;
  const std::vector<PartRows> rows = rows_to_judge(file, data);
  Importance found = importance_on(model.engine(threads, rows.front().rows.size()), file, file.task, rows);
  const std::vector<std::string> names = feature_names(file);
  if (!file.table && found.map.rows == 0 && names.size() == found.blocks.size()) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      found.blocks[i].name = names[i];
    }
  }
  return importance_json(found);
}

using Judge = nlohmann::ordered_json (*)(strata_model& model, const strata_data& data, int threads);

/// A call that says as JSON what `judge` finds.
int judged(Judge judge, strata_model* model, const strata_data* data, int threads, char** json) {
  return done([&] {
    strata_model& known = required(model, "model");
    const strata_data& rows = required(data, "data");
    char*& place = required(json, "json");
    place = given_text(json_text(judge(known, rows, threads)));
  });
}

nlohmann::ordered_json info_of(const strata_model& model) {
  const ModelFile& file = model.trained.model;
  nlohmann::ordered_json json = model_info(model.trained);
  json["output_names"] = output_names(file);
  json["outputs"] = file.spec.outputs;
  json["targets"] = file.targets == TargetKind::classes  ? "classes"
                    : file.targets == TargetKind::labels ? "labels"
                                                         : "numbers";
  if (std::vector<std::string> names = feature_names(file); !names.empty()) {
    json["feature_names"] = std::move(names);
  }
  return json;
}

}  // namespace

}  // namespace strata::library

Engine& strata_model::engine(int wanted, std::size_t rows) {
  if (wanted < 0 || wanted > library::kMostThreads) {
    throw usage_error("threads is {}; expected 1 to {}, or 0 for as many as may be used", wanted,
                      library::kMostThreads);
  }
  if (wanted == 0) {
    threads = threads == 0 ? available_threads() : threads;
    wanted = threads;
  }
  const std::size_t useful = (rows + library::kRowsOfThread - 1) / library::kRowsOfThread;
  const int count = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(wanted), useful));
  std::unique_ptr<Engine>& engine = engines[count];
  if (engine == nullptr) {
    const ModelFile& file = trained.model;
    engine = make_inference_engine(file.spec, file.task, file.parameters, file.scaler, {.threads = count});
  }
  return *engine;
}

int strata_model_load(const char* path, strata_model** model) {
  return library::done([&] {
    strata_model*& place = library::required(model, "model");
    place = library::model_of(trained_model(&library::required(path, "path"))).release();
  });
}

int strata_model_parse(const void* bytes, size_t size, strata_model** model) {
  return library::done([&] {
    strata_model*& place = library::required(model, "model");
    const char& first = library::required(static_cast<const char*>(bytes), "bytes");
    place = library::model_of(parse_model({&first, size}, "the model")).release();
  });
}

void strata_model_free(strata_model* model) { delete model; }

int strata_model_set_note(strata_model* model, const char* name, const char* text) {
  return library::done([&] {
    std::map<std::string, std::string>& notes = library::required(model, "model").trained.model.notes;
    const std::string key = &library::required(name, "name");
    const std::string value = &library::required(text, "text");
    if (key.empty() || has_field(key) || key == library::kFeatureNames) {
      throw usage_error("name: the format of model files has a meaning for '{}'; give another", key);
    }
    if (!is_utf8(key) || !is_utf8(value)) {
      throw usage_error("note '{}' is no UTF-8", utf8_text(key));
    }
    if (value.empty()) {
      notes.erase(key);
    } else {
      notes[key] = value;
    }
  });
}

int strata_model_save(const strata_model* model, const char* path) {
  return library::done([&] { write_model(&library::required(path, "path"), library::file_of(model)); });
}

int strata_model_bytes(const strata_model* model, unsigned char** bytes, size_t* size) {
  return library::done([&] {
    unsigned char*& place = library::required(bytes, "bytes");
    size_t& length = library::required(size, "size");
    const std::string content = model_bytes(library::file_of(model));
    place = library::given_bytes(content);
    length = content.size();
  });
}

int strata_model_export_onnx(const strata_model* model, const char* path) {
  return library::done([&] { write_onnx(&library::required(path, "path"), library::file_of(model)); });
}

int strata_model_onnx_bytes(const strata_model* model, unsigned char** bytes, size_t* size) {
  return library::done([&] {
    unsigned char*& place = library::required(bytes, "bytes");
    size_t& length = library::required(size, "size");
    const std::string content = onnx_bytes(library::file_of(model));
    place = library::given_bytes(content);
    length = content.size();
  });
}

int strata_model_info(const strata_model* model, char** json) {
  return library::done([&] {
    char*& place = library::required(json, "json");
    place = library::given_text(json_text(library::info_of(library::required(model, "model"))));
  });
}

size_t strata_model_features(const strata_model* model) {
  return model != nullptr ? model->trained.model.spec.inputs : 0;
}

size_t strata_model_outputs(const strata_model* model) {
  return model != nullptr ? model->trained.model.spec.outputs : 0;
}

int strata_model_weights_hash(const strata_model* model, char hash[17]) {
  return library::done([&] { library::copy_hash(library::file_of(model).parameters, hash); });
}

int strata_model_tensors(const strata_model* model, char** json) {
  return library::done([&] {
    char*& place = library::required(json, "json");
    place = library::given_text(library::tensors_json(library::file_of(model).parameters));
  });
}

int strata_model_tensor(const strata_model* model, const char* name, float* values, size_t count) {
  return library::done([&] {
    const ModelFile& file = library::file_of(model);
    library::copy_tensor(file.parameters, &library::required(name, "name"), values, count);
  });
}

int strata_model_predict(strata_model* model, const strata_array* features, int threads, float* predictions,
                         size_t count) {
  return library::done([&] {
    strata_model& known = library::required(model, "model");
    library::predict(known, library::required(features, "features"), threads, predictions, count);
  });
}

int strata_model_evaluate(strata_model* model, const strata_data* data, int threads, char** json) {
  return library::judged(library::evaluation, model, data, threads, json);
}

int strata_model_importance(strata_model* model, const strata_data* data, int threads, char** json) {
  return library::judged(library::importance, model, data, threads, json);
}
