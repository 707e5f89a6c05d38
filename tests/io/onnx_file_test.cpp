#include "io/onnx_file.h"

#include <fmt/format.h>
#include <onnx.pb.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/io/expect_error.h"
#include "tests/oracle/onnx_interpreter.h"
#include "tests/oracle/reference.h"

namespace strata::io_onnx_file_test {

using kernels::ActivationKind;
using test::expect_error;
using test::OnnxInterpreter;
using test::OnnxValue;
using test::TemporaryFolder;

namespace {

Parameters uneven(const ModelSpec& spec) {
  Parameters parameters(spec.layers());
  float value = 0.9F;
  for (float& element : parameters.values()) {
    element = value;
    value = value * -1.7F + (value > 0 ? 1.1F : -0.3F);
    value = value > 1 || value < -1 ? value / 3 : value;
  }
  return parameters;
}

ModelFile model_with(Activation activation, std::vector<std::size_t> hidden = {4, 3}) {
  const ModelSpec spec{6, std::move(hidden), 3, activation};
  return {.spec = spec,
          .convention = Convention::keras,
          .parameters = uneven(spec),
          .scaler = {{1, 2, 3, 4, 5, -0.5F}, {1, 0.5F, 255, 3, 2, 1}},
          .sample_shape = {2, 3},
          .notes = {{"seed", "42"}}};
}

onnx::ModelProto written(const ModelFile& model) {
  const TemporaryFolder folder;
  const std::size_t bytes = write_onnx(folder / "m.onnx", model);
  const std::string content = test::read_text(folder / "m.onnx");
  CHECK(content.size() == bytes);
  onnx::ModelProto proto;
  REQUIRE(proto.ParseFromString(content));
  return proto;
}

std::map<std::string, std::string> metadata_of(const onnx::ModelProto& proto) {
  std::map<std::string, std::string> metadata;
  for (const onnx::StringStringEntryProto& entry : proto.metadata_props()) {
    metadata[entry.key()] = entry.value();
  }
  return metadata;
}

OnnxValue some_features() { return {3, 6, {1, 2, 3, 4, 5, 6, -2, 0.5, 200, 7, 0, 1, 0, 0, 0, 0, 0, 0}}; }

/// The formulas, straight from the model.
std::vector<double> expected_logits(const ModelFile& model, const OnnxValue& features, std::size_t row) {
  std::vector<double> x;
  for (std::size_t i = 0; i < features.columns; ++i) {
    double value = features.at(row, i);
    if (!model.scaler.offset.empty()) {
      value = static_cast<double>(static_cast<float>(value - model.scaler.offset[i]));
    }
    x.push_back(kernels::reference::standardise(std::isnan(value) ? static_cast<double>(model.scaler.fill[i]) : value,
                                                static_cast<double>(model.scaler.mean[i]),
                                                static_cast<double>(model.scaler.scale[i])));
  }
  for (std::size_t layer = 0; layer < model.spec.layer_count(); ++layer) {
    const MatrixView<const float> weight = model.parameters.weight(layer);
    std::vector<double> y;
    for (std::size_t o = 0; o < weight.rows(); ++o) {
      double sum = static_cast<double>(model.parameters.bias(layer)[o]);
      for (std::size_t i = 0; i < x.size(); ++i) {
        sum += static_cast<double>(weight.row(o)[i]) * x[i];
      }
      y.push_back(kernels::reference::activate(model.spec.layer(layer).activation, sum));
    }
    x = y;
  }
  return x;
}

void check_graph(const ModelFile& model, const OnnxValue& features = some_features()) {
  const onnx::ModelProto proto = written(model);
  OnnxInterpreter interpreter(proto.graph());
  const std::map<std::string, OnnxValue>& values = interpreter.run(features);
  const OnnxValue& probabilities = values.at("probabilities");
  for (std::size_t row = 0; row < features.rows; ++row) {
    const std::vector<double> logits = expected_logits(model, features, row);
    double sum = 0;
    for (const double logit : logits) {
      sum += std::exp(logit);
    }
    for (std::size_t c = 0; c < logits.size(); ++c) {
      CHECK(values.at("logits").at(row, c) == Approx(logits[c]).epsilon(1e-6));  // constants are fp32
      CHECK(probabilities.at(row, c) == Approx(std::exp(logits[c]) / sum).epsilon(1e-5));
    }
    CHECK(values.at("class").at(row, 0) ==
          static_cast<double>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
  }
}

}  // namespace

TEST_CASE("an ONNX graph of two classes by one output has both probabilities and the threshold's class", "[io]") {
  const ModelSpec spec{6, {4}, 1, {ActivationKind::tanh, 0}};
  ModelFile model = model_with({ActivationKind::tanh, 0});
  model.spec = spec;
  model.parameters = uneven(spec);
  model.task.objective = parse_objective("binary_cross_entropy", "loss");
  for (const double threshold : {0.5, 0.05, 0.95}) {
    model.task.threshold = threshold;
    const onnx::ModelProto proto = written(model);
    OnnxInterpreter interpreter(proto.graph());
    const auto& values = interpreter.run(some_features());
    for (std::size_t row = 0; row < 3; ++row) {
      const double p = 1 / (1 + std::exp(-expected_logits(model, some_features(), row)[0]));
      CHECK(values.at("probabilities").at(row, 1) == Approx(p).epsilon(1e-5));
      CHECK(values.at("probabilities").at(row, 0) == Approx(1 - p).epsilon(1e-5));
      CHECK(values.at("class").at(row, 0) == (p > threshold ? 1 : 0));
    }
  }
}

TEST_CASE("an ONNX graph of labels has the probability of each, and which are above the threshold", "[io]") {
  ModelFile model = model_with({ActivationKind::elu, 1});
  model.task = {.objective = parse_objective("binary_cross_entropy", "loss"), .threshold = 0.3};
  model.targets = TargetKind::labels;
  const onnx::ModelProto proto = written(model);
  REQUIRE(proto.graph().output_size() == 2);
  CHECK(proto.graph().output(1).name() == "labels");
  OnnxInterpreter interpreter(proto.graph());
  const auto& values = interpreter.run(some_features());
  for (std::size_t row = 0; row < 3; ++row) {
    const std::vector<double> logits = expected_logits(model, some_features(), row);
    for (std::size_t label = 0; label < 3; ++label) {
      const double p = 1 / (1 + std::exp(-logits[label]));
      CHECK(values.at("probabilities").at(row, label) == Approx(p).epsilon(1e-5));
      CHECK(values.at("labels").at(row, label) == (p > 0.3 ? 1 : 0));
    }
  }
}

TEST_CASE("an ONNX graph of numbers gives them in their own units", "[io]") {
  ModelFile model = model_with({ActivationKind::elu, 1});
  model.task.objective = parse_objective("mse", "loss");
  model.targets = TargetKind::numbers;
  for (const TargetScaler& scaler :
       {TargetScaler{}, TargetScaler{{100, -5, 0.25F}, {10, 2, 0.125F}}, TargetScaler{{7}, {3}}}) {
    model.task.scaler = scaler;
    const onnx::ModelProto proto = written(model);
    REQUIRE(proto.graph().output_size() == 1);
    CHECK(proto.graph().output(0).name() == "values");
    OnnxInterpreter interpreter(proto.graph());
    const auto& values = interpreter.run(some_features());
    for (std::size_t row = 0; row < 3; ++row) {
      const std::vector<double> outputs = expected_logits(model, some_features(), row);
      for (std::size_t o = 0; o < 3; ++o) {
        const std::size_t place = scaler.scale.size() == 1 ? 0 : o;
        const double expected = scaler.empty() ? outputs[o]
                                               : outputs[o] * static_cast<double>(scaler.scale[place]) +
                                                     static_cast<double>(scaler.mean[place]);
        CHECK(values.at("values").at(row, o) == Approx(expected).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("an ONNX graph computes what the model does, for every activation", "[io]") {
  for (const kernels::ActivationEntry& entry : kernels::kActivations) {
    const auto [kind, name] = std::pair(entry.kind, entry.name);
    CAPTURE(name);
    const float alpha = kind == ActivationKind::elu ? 1.0F : kind == ActivationKind::leaky_relu ? 0.2F : 0.0F;
    check_graph(model_with({kind, alpha}));
  }
}

TEST_CASE("an ONNX graph of a model without hidden layers", "[io]") { check_graph(model_with({}, {})); }

TEST_CASE("an ONNX graph fills what is missing as the model does", "[io]") {
  ModelFile model = model_with({ActivationKind::relu, 0});
  model.scaler.fill = {0.5F, 1, 1.5F, 2, 2.5F, 3};
  OnnxValue features = some_features();
  features.values[0] = features.values[8] = features.values[17] = std::numeric_limits<double>::quiet_NaN();
  check_graph(model, features);
}

TEST_CASE("an ONNX graph of a model with offsets takes doubles", "[io]") {
  ModelFile model = model_with({ActivationKind::relu, 0});
  model.scaler.fill = {0.5F, 1, 1.5F, 2, 2.5F, 3};
  model.scaler.offset = {1.7e9, 0, 0, -1e12, 0, 0};
  OnnxValue features = some_features();
  for (std::size_t row = 0; row < features.rows; ++row) {
    features.values[row * 6] += 1.7e9;  // fp32 cannot tell these from each other
    features.values[row * 6 + 3] -= 1e12;
  }
  features.values[6] = std::numeric_limits<double>::quiet_NaN();
  check_graph(model, features);
  const onnx::GraphProto graph = written(model).graph();
  CHECK(graph.input(0).type().tensor_type().elem_type() == onnx::TensorProto::DOUBLE);
  CHECK(written(model_with({})).graph().input(0).type().tensor_type().elem_type() == onnx::TensorProto::FLOAT);
}

TEST_CASE("an ONNX file says what goes in and what comes out", "[io]") {
  const ModelFile model = model_with({ActivationKind::leaky_relu, 0.2F});
  const onnx::ModelProto proto = written(model);
  CHECK(proto.ir_version() == 7);
  REQUIRE(proto.opset_import_size() == 1);
  CHECK(proto.opset_import(0).version() == 13);
  CHECK(proto.opset_import(0).domain().empty());
  CHECK(proto.producer_name() == "strata");

  const onnx::GraphProto& graph = proto.graph();
  REQUIRE(graph.input_size() == 1);
  CHECK(graph.input(0).name() == "features");
  const onnx::TypeProto::Tensor& features = graph.input(0).type().tensor_type();
  CHECK(features.elem_type() == onnx::TensorProto::FLOAT);
  REQUIRE(features.shape().dim_size() == 2);
  CHECK(features.shape().dim(0).dim_param() == "rows");
  CHECK(features.shape().dim(1).dim_value() == 6);
  REQUIRE(graph.output_size() == 2);
  CHECK(graph.output(0).name() == "probabilities");
  CHECK(graph.output(0).type().tensor_type().shape().dim(1).dim_value() == 3);
  CHECK(graph.output(1).name() == "class");
  CHECK(graph.output(1).type().tensor_type().elem_type() == onnx::TensorProto::INT64);
  CHECK(graph.output(1).type().tensor_type().shape().dim_size() == 1);

  const auto metadata = metadata_of(proto);
  CHECK(metadata.at("activation") == "leaky_relu");
  CHECK(metadata.at("alpha") == "0.2");
  CHECK(metadata.at("sample_shape") == "2,3");
  CHECK(metadata.at("seed") == "42");
  CHECK_FALSE(metadata.contains("class_names"));
  CHECK_FALSE(metadata.contains("format_version"));
}

TEST_CASE("an ONNX file names classes and features", "[io]") {
  ModelFile model = model_with({});
  model.class_names = {"T-shirt, top", "\"quoted\"", "Kleid"};
  TableSchema table;
  for (const char* name : {"width", "colour", "x", "y", "z"}) {
    table.features.emplace_back().name = name;
  }
  table.features[1].categorical = true;
  table.features[1].categories = {"blue", "red"};
  model.table = table;
  const auto metadata = metadata_of(written(model));
  CHECK(metadata.at("class_names") == R"(["T-shirt, top","\"quoted\"","Kleid"])");
  CHECK(metadata.at("feature_names") == R"(["width","colour=blue","colour=red","x","y","z"])");
}

TEST_CASE("the ONNX checker and its shape inference pass every graph", "[io]") {
  const TemporaryFolder folder;
  std::string files;
  for (const kernels::ActivationEntry& entry : kernels::kActivations) {
    const auto [kind, name] = std::pair(entry.kind, entry.name);
    const std::string path = (folder / fmt::format("{}.onnx", name)).string();
    write_onnx(path, model_with({kind, 0.5F}));
    files += fmt::format(" '{}'", path);
  }
  ModelFile filling = model_with({}, {});
  filling.scaler.fill = filling.scaler.mean;
  write_onnx(folder / "none.onnx", filling);
  files += fmt::format(" '{}'", (folder / "none.onnx").string());
  CHECK(std::system((STRATA_CHECK_ONNX + files).c_str()) == 0);
  test::write_text(folder / "none.onnx", "not a graph");
  CHECK(std::system(fmt::format("{} '{}' 2>/dev/null", STRATA_CHECK_ONNX, (folder / "none.onnx").string()).c_str()) !=
        0);
}

TEST_CASE("an ONNX file that cannot be written", "[io]") {
  const TemporaryFolder folder;
  expect_error(ErrorKind::failed, "missing", "missing",
               [&] { write_onnx(folder / "missing" / "m.onnx", model_with({})); });
}

}  // namespace strata::io_onnx_file_test
