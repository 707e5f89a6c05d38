#include "io/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/expect_error.h"

namespace strata::io_model_file_test {

using kernels::ActivationKind;
using test::expect_error;
using test::TemporaryFolder;

namespace {

ModelSpec small_spec() { return {6, {4, 3}, 2, {ActivationKind::leaky_relu, 0.1F}}; }

/// Every value another, none round in decimal.
Parameters counted(const ModelSpec& spec) {
  Parameters parameters(spec.layers());
  float value = -1.3F;
  for (float& element : parameters.values()) {
    element = value;
    value *= -0.97F;
  }
  return parameters;
}

ModelFile small_model() {
  const ModelSpec spec = small_spec();
  return {spec,   Convention::torch, {}, counted(spec), {{1, 2, 3, 4, 5, -0.0F}, {1, 0.1F, 255, 3, 2, 1}},
          {2, 3}, {{"seed", "42"}}};
}

std::vector<std::uint32_t> bits(std::span<const float> values) {
  std::vector<std::uint32_t> result(values.size());
  std::transform(values.begin(), values.end(), result.begin(), [](float x) { return std::bit_cast<std::uint32_t>(x); });
  return result;
}

/// A model file, changed by `change` in its raw form, must be rejected.
template <class Change>
void rejects_changed(const std::string& names, const std::string& says, Change change) {
  const TemporaryFolder folder;
  write_model(folder / "m", small_model());
  SafetensorsFile file = read_safetensors(folder / "m");
  change(file);
  write_safetensors(folder / "m", file);
  expect_error(ErrorKind::data, (folder / "m").string(), says, [&] { read_model(folder / "m"); });
  expect_error(ErrorKind::data, names, says, [&] { read_model(folder / "m"); });
}

void rejects_metadata(const std::string& key, const std::string& value, const std::string& says) {
  rejects_changed(key, says, [&](SafetensorsFile& file) { file.metadata[key] = value; });
}

void rejects_tensor(const std::string& name, const Tensor& tensor, const std::string& says) {
  rejects_changed(name, says, [&](SafetensorsFile& file) { file.tensors[name] = tensor; });
}

Tensor zeros(const std::vector<std::size_t>& shape) {
  return {shape, std::vector<float>(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()))};
}

}  // namespace

TEST_CASE("a model file round trips bit for bit", "[io]") {
  const TemporaryFolder folder;
  const ModelFile model = small_model();
  write_model(folder / "m", model);
  const ModelFile read = read_model(folder / "m");
  CHECK(read.spec.inputs == 6);
  CHECK(read.spec.hidden == std::vector<std::size_t>{4, 3});
  CHECK(read.spec.outputs == 2);
  CHECK(read.spec.activation.kind == ActivationKind::leaky_relu);
  CHECK(read.spec.activation.alpha == 0.1F);
  CHECK(read.convention == Convention::torch);
  CHECK(bits(read.parameters.values()) == bits(model.parameters.values()));
  CHECK(bits(read.scaler.mean) == bits(model.scaler.mean));
  CHECK(bits(read.scaler.scale) == bits(model.scaler.scale));
  CHECK(read.sample_shape == model.sample_shape);
  CHECK(read.notes == model.notes);
}

TEST_CASE("class names, a table's columns and what fills missing values round trip", "[io]") {
  const TemporaryFolder folder;
  ModelFile model = small_model();
  model.sample_shape = {6};
  model.class_names = {"no", "yes"};
  model.class_labels = {"0", "7"};
  model.table = TableSchema{.dialect = {.header = HeaderLine::yes},
                            .features = {{.name = "a"},
                                         {.name = "b", .categorical = true, .categories = {"x", "y"}},
                                         {.name = "c"},
                                         {.name = "d"},
                                         {.name = "e"}},
                            .label = "class"};
  model.scaler.fill = {1, -2, 0.1F, 4, 5, 6};
  write_model(folder / "m", model);
  const ModelFile read = read_model(folder / "m");
  CHECK(read.class_names == model.class_names);
  CHECK(read.class_labels == model.class_labels);
  CHECK(read.table == model.table);
  CHECK(bits(read.scaler.fill) == bits(model.scaler.fill));
  CHECK(read.notes == model.notes);
  const DataNeeds needs = data_needs(read);
  CHECK(needs.features == 6);
  CHECK(needs.classes == 2);
  CHECK(needs.sample_shape == model.sample_shape);
  CHECK(needs.class_names == model.class_names);
  CHECK(needs.class_labels == model.class_labels);
  CHECK(needs.table == model.table);
  CHECK(needs.fills_missing);
  CHECK_FALSE(data_needs(small_model()).fills_missing);
}

TEST_CASE("offsets round trip, and a model without any has no tensor of them", "[io]") {
  const TemporaryFolder folder;
  ModelFile model = small_model();
  write_model(folder / "m", model);
  CHECK_FALSE(read_safetensors(folder / "m").tensors.contains("scaler.offset"));
  CHECK(read_model(folder / "m").scaler.offset.empty());
  model.scaler.offset = {0, 1.7e9 + 1, 0, -1e-300, 0, 0};
  write_model(folder / "m", model);
  CHECK(read_safetensors(folder / "m").tensors.at("scaler.offset").type == TensorType::f64);
  CHECK(read_model(folder / "m").scaler.offset == model.scaler.offset);
  CHECK(data_needs(read_model(folder / "m")).offsets == model.scaler.offset);
  rejects_tensor("scaler.offset", zeros({6}), "has dtype \"F32\"; expected F64");
  rejects_tensor("scaler.offset", {{2}, {}, {1, 2}, TensorType::f64}, "has shape (2)");
  rejects_tensor("scaler.mean", {{6}, {}, {1, 2, 3, 4, 5, 6}, TensorType::f64}, "has dtype \"F64\"; expected F32");
}

TEST_CASE("class names, columns and fills that do not fit the model are errors", "[io]") {
  rejects_metadata("class_names", R"(["a"])", "a JSON array of 2 different names");
  rejects_metadata("class_names", R"(["a","a"])", "a JSON array of 2 different names");
  rejects_metadata("table", R"({"header":true,"label":"l","id":"","weight":"","features":[{"name":"a"}]})",
                   "the columns of 6 features");
  const std::string columns = R"({"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"e"},{"name":"f"})";
  rejects_changed("class_names", "is missing", [&](SafetensorsFile& file) {
    file.metadata["table"] = R"({"header":true,"label":"l","id":"","weight":"","features":[)" + columns + "]}";
  });
  rejects_tensor("scaler.fill", zeros({5}), "(6)");
}

TEST_CASE("every activation, and a network without a hidden layer, round trips", "[io]") {
  const TemporaryFolder folder;
  for (const kernels::ActivationEntry& entry : kernels::kActivations) {
    const auto [kind, name] = std::pair(entry.kind, entry.name);
    const bool with_alpha = kind == ActivationKind::elu || kind == ActivationKind::leaky_relu;
    const ModelSpec spec{2, {}, 3, {kind, with_alpha ? 1.0F / 3 : 0}};
    write_model(folder / "m", {spec, Convention::keras, {}, counted(spec), {{0, 0}, {1, 1}}, {}, {}});
    const ModelFile read = read_model(folder / "m");
    CHECK(read.spec.activation.kind == kind);
    CHECK(read.spec.activation.alpha == spec.activation.alpha);
    CHECK(read.spec.hidden.empty());
    CHECK(read.sample_shape.empty());
    CHECK(read_safetensors(folder / "m").metadata.contains("alpha") == with_alpha);
  }
}

TEST_CASE("layers are written in numeric order", "[io]") {
  const TemporaryFolder folder;
  const ModelSpec spec{1, std::vector<std::size_t>(11, 1), 1, {}};
  write_model(folder / "m", {spec, Convention::keras, {}, counted(spec), {{0}, {1}}, {}, {}});
  const std::string content = test::read_text(folder / "m");
  std::size_t position = 0;
  for (std::size_t layer = 0; layer < spec.layer_count(); ++layer) {
    for (const char* part : {"weight", "bias"}) {
      const std::size_t next = content.find(fmt::format("\"layers.{}.{}\"", layer, part));
      REQUIRE(next != std::string::npos);
      CHECK(next > position);
      position = next;
    }
  }
  CHECK(bits(read_model(folder / "m").parameters.values()) == bits(counted(spec).values()));
}

TEST_CASE("metadata that is missing or wrong is an error", "[io]") {
  for (const std::string key : {"format_version", "activation", "alpha", "convention", "classes"}) {
    rejects_changed(key, "is missing", [&](SafetensorsFile& file) { file.metadata.erase(key); });
  }
  rejects_metadata("format_version", "2", "is \"2\"; expected 1");
  rejects_metadata("activation", "selo", "expected one of elu, relu");
  rejects_metadata("activation", "", "expected one of elu, relu");
  for (const std::string text : {"", "x", "1x", "nan", "inf", "-1", " 1"}) {
    rejects_metadata("alpha", text, "expected a number that is not negative");
  }
  rejects_changed("alpha", "relu takes no alpha", [](SafetensorsFile& file) { file.metadata["activation"] = "relu"; });
  rejects_metadata("convention", "jax", "expected one of keras, torch");
  rejects_metadata("classes", "3", "expected 2");
  for (const std::string text : {"", "6,", ",6", "2,2", "4", "2,3,2", "0", "-6", "2, 3", "18446744073709551615,6"}) {
    rejects_metadata("sample_shape", text, "whole numbers whose product is 6");
  }
}

TEST_CASE("tensors that are missing, unknown or of the wrong shape are errors", "[io]") {
  for (const std::string name : {"layers.0.weight", "layers.0.bias", "layers.2.bias", "scaler.mean", "scaler.scale"}) {
    rejects_changed(name, "is missing", [&](SafetensorsFile& file) { file.tensors.erase(name); });
  }
  rejects_changed("layers.1.bias", "layers.0 to layers.0", [](SafetensorsFile& file) {  // a gap
    file.tensors.erase("layers.1.weight");
  });
  for (const std::string name : {"other", "layers.3.bias", "layers.4.weight", "layers.00.weight", "scaler.max"}) {
    rejects_tensor(name, zeros({1}), "unexpected tensor");
  }
  rejects_tensor("layers.0.weight", zeros({24}), "has shape (24); expected (outputs, inputs)");
  rejects_tensor("layers.0.weight", zeros({4, 0}), "has shape (4, 0); expected (outputs, inputs)");
  rejects_tensor("layers.1.weight", zeros({3, 5}), "has shape (3, 5); expected (3, 4)");
  rejects_tensor("layers.1.bias", zeros({4}), "has shape (4); its weight needs (3)");
  rejects_tensor("layers.1.bias", zeros({3, 1}), "has shape (3, 1); its weight needs (3)");
  rejects_tensor("scaler.mean", zeros({5}), "has shape (5); the first layer needs (6)");
  rejects_tensor("scaler.scale", zeros({6}), "holds 0 at element 0");
}

TEST_CASE("notes cannot replace what the format says itself", "[io]") {
  const TemporaryFolder folder;
  ModelFile model = small_model();
  model.notes.emplace("classes", "7");
  write_model(folder / "m", model);
  CHECK(read_model(folder / "m").spec.outputs == 2);
}

TEST_CASE("initial weights are taken from a model, without its scaler", "[io]") {
  const TemporaryFolder folder;
  write_model(folder / "m", small_model());
  const Parameters read = read_initial_weights(folder / "m", small_spec());
  CHECK(bits(read.values()) == bits(small_model().parameters.values()));
}

TEST_CASE("initial weights are taken from a PyTorch state dict, in numeric order", "[io]") {
  const TemporaryFolder folder;
  const ModelSpec spec{2, std::vector<std::size_t>(6, 2), 2, {}};
  const Parameters weights = counted(spec);
  for (const std::string prefix : {"", "layers."}) {
    SafetensorsFile file;
    for (std::size_t layer = 0; layer < spec.layer_count(); ++layer) {  // 0, 2, … 12: Linear and activation in turn
      const std::span<const float> bias = weights.bias(layer);
      const float* weight = weights.weight(layer).data();
      file.tensors[fmt::format("{}{}.weight", prefix, 2 * layer)] = {{2, 2}, {weight, weight + 4}};
      file.tensors[fmt::format("{}{}.bias", prefix, 2 * layer)] = {{2}, {bias.begin(), bias.end()}};
    }
    write_safetensors(folder / "m", file);
    CHECK(bits(read_initial_weights(folder / "m", spec).values()) == bits(weights.values()));
  }
}

TEST_CASE("initial weights may be doubles, which are rounded", "[io]") {
  const TemporaryFolder folder;
  const ModelSpec spec{1, {}, 2, {}};
  SafetensorsFile file;
  file.tensors["0.weight"] = {{2, 1}, {}, {0.1, -3}, TensorType::f64};
  file.tensors["0.bias"] = {{2}, {1, 2}};
  write_safetensors(folder / "w", file);
  const Parameters parameters = read_initial_weights(folder / "w", spec);
  CHECK(parameters.weight(0)(0, 0) == 0.1F);
  CHECK(parameters.weight(0)(1, 0) == -3);
  file.tensors["0.weight"].doubles[1] = 1e39;
  write_safetensors(folder / "w", file);
  expect_error(ErrorKind::data, "0.weight", "expected numbers that fp32 can hold",
               [&] { read_initial_weights(folder / "w", spec); });
}

TEST_CASE("initial weights that do not fit are errors that name the tensor", "[io]") {
  const TemporaryFolder folder;
  write_model(folder / "m", small_model());
  const auto refuses = [&](const std::string& says, const ModelSpec& spec) {
    expect_error(ErrorKind::data, (folder / "m").string(), says, [&] { read_initial_weights(folder / "m", spec); });
  };
  refuses("\"layers.0.weight\" has shape (4, 6); this network needs (4, 7)", {7, {4, 3}, 2, {}});
  refuses("\"layers.1.weight\" has shape (3, 4); this network needs (5, 4)", {6, {4, 5}, 2, {}});
  refuses("it has 3 layers; this network has 2", {6, {4}, 2, {}});
  refuses("it has 3 layers; this network has 4", {6, {4, 3, 3}, 2, {}});

  SafetensorsFile file = read_safetensors(folder / "m");
  const auto refuses_with = [&](const std::string& name, const std::string& says) {
    SafetensorsFile changed = file;
    changed.tensors[name] = zeros({1});
    write_safetensors(folder / "m", changed);
    refuses(says, small_spec());
  };
  for (const std::string name : {"0.weight", "layers.00.weight", "layers.weight", "layers..weight", "layers.0.scale",
                                 "layers.-1.weight", "layers.99999999999999999999.weight", "extra"}) {
    refuses_with(name, fmt::format("unexpected tensor \"{}\"", name));
  }
  refuses_with("layers.1.running_mean", "it is batch normalisation's, which no layer here does");
  file.tensors.erase("layers.1.bias");
  write_safetensors(folder / "m", file);
  refuses("tensor \"layers.1.bias\" is missing", small_spec());
}

namespace {

/// What small_model() would be if it had learnt that.
ModelFile model_of_task(const char* loss, TargetKind targets) {
  ModelFile model = small_model();
  model.task.objective = parse_objective(loss, "loss");
  model.targets = targets;
  return model;
}

}  // namespace

TEST_CASE("what a model has learnt comes back, numbers with their scaler and names", "[io]") {
  const TemporaryFolder folder;
  ModelFile model = model_of_task("huber,delta=0.5", TargetKind::numbers);
  model.task.scaler = {{10, -2.5F}, {3, 0.1F}};
  model.target_names = {"price", "area"};
  write_model(folder / "m", model);
  const ModelFile read = read_model(folder / "m");
  CHECK(read.task.objective == model.task.objective);
  CHECK(read.targets == TargetKind::numbers);
  CHECK(read.task.scaler.mean == model.task.scaler.mean);
  CHECK(read.task.scaler.scale == model.task.scaler.scale);
  CHECK(read.target_names == model.target_names);
  CHECK(target_shape(read).count == 2);
  CHECK(data_needs(read).classes == 0);
  CHECK(data_needs(read).target_names == model.target_names);
  const auto metadata = read_safetensors(folder / "m").metadata;
  CHECK(metadata.at("format_version") == "2");
  CHECK(metadata.at("loss") == "huber,delta=0.5");
  CHECK_FALSE(metadata.contains("classes"));
}

TEST_CASE("two quantiles of a number share its scaler; labels have a threshold", "[io]") {
  const TemporaryFolder folder;
  ModelFile quantiles = model_of_task("quantile,q=0.1:0.9", TargetKind::numbers);
  quantiles.task.scaler = {{10}, {3}};
  write_model(folder / "q", quantiles);
  CHECK(target_shape(read_model(folder / "q")).count == 1);
  ModelFile labels = model_of_task("binary_cross_entropy", TargetKind::labels);
  labels.task.threshold = 0.25;
  write_model(folder / "l", labels);
  CHECK(read_model(folder / "l").task.threshold == 0.25);
  CHECK(read_model(folder / "l").targets == TargetKind::labels);
}

TEST_CASE("two classes by one output have two names", "[io]") {
  const TemporaryFolder folder;
  const ModelSpec spec{1, {}, 1, {}};
  ModelFile model{spec, Convention::keras, {}, counted(spec), {{0}, {1}}, {}, {}};
  model.task.objective.kind = ObjectiveKind::binary_cross_entropy;
  model.class_names = {"no", "yes"};
  write_model(folder / "m", model);
  CHECK(read_model(folder / "m").class_names == model.class_names);
  CHECK(data_needs(read_model(folder / "m")).classes == 2);
}

TEST_CASE("a model of classes by softmax says nothing of objectives", "[io]") {
  const TemporaryFolder folder;
  write_model(folder / "m", small_model());
  const auto metadata = read_safetensors(folder / "m").metadata;
  CHECK(metadata.at("format_version") == "1");
  for (const char* key : {"loss", "targets", "target_names", "threshold"}) {
    CHECK_FALSE(metadata.contains(key));
  }
}

TEST_CASE("what a model cannot have learnt is refused", "[io]") {
  const TemporaryFolder folder;
  const auto rejects = [&](const std::string& names, const std::string& says, const auto& change) {
    ModelFile model = model_of_task("mse", TargetKind::numbers);
    model.task.scaler = {{10, -2.5F}, {3, 0.1F}};
    write_model(folder / "m", model);
    SafetensorsFile file = read_safetensors(folder / "m");
    change(file);
    write_safetensors(folder / "m", file);
    expect_error(ErrorKind::data, names, says, [&] { read_model(folder / "m"); });
  };
  rejects("loss", "expected a loss of numbers", [](auto& file) { file.metadata["loss"] = "softmax_cross_entropy"; });
  rejects("loss", "expected a loss of numbers", [](auto& file) { file.metadata["loss"] = "mse,x=1"; });
  rejects("loss", "with 2 outputs", [](auto& file) { file.metadata["loss"] = "quantile,q=0.1:0.5:0.9"; });
  rejects("targets", "expected one of classes, labels, numbers", [](auto& file) { file.metadata["targets"] = "x"; });
  rejects("format_version", "expected 2", [](auto& file) { file.metadata["format_version"] = "1"; });
  rejects("target.scale", "targets are divided by it", [](auto& file) { file.tensors["target.scale"].values[1] = 0; });
  rejects("target.mean", "its numbers need (2)", [](auto& file) { file.tensors["target.mean"] = zeros({3}); });
  rejects("target.scale", "is missing", [](auto& file) { file.tensors.erase("target.scale"); });
  rejects("threshold", "a number from 0 to below 1", [](auto& file) { file.metadata["threshold"] = "1"; });
  rejects("target_names", "2 different names", [](auto& file) { file.metadata["target_names"] = "[\"a\"]"; });
}

}  // namespace strata::io_model_file_test
