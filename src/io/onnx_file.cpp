#include "io/onnx_file.h"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "io/atomic_file.h"
#include "io/wire_message.h"

namespace strata {

namespace {

using kernels::ActivationKind;

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

// Field numbers are those of onnx.proto (github.com/onnx/onnx), IR version 7.
namespace model_field {
constexpr int kIrVersion = 1;
constexpr int kProducerName = 2;
constexpr int kProducerVersion = 3;
constexpr int kGraph = 7;
constexpr int kOpset = 8;
constexpr int kOpsetVersion = 2;
constexpr int kMetadata = 14;
constexpr int kKey = 1;
constexpr int kValue = 2;
}  // namespace model_field
namespace graph_field {
constexpr int kNode = 1;
constexpr int kName = 2;
constexpr int kInitializer = 5;
constexpr int kInput = 11;
constexpr int kOutput = 12;
}  // namespace graph_field
namespace node_field {
constexpr int kInput = 1;
constexpr int kOutput = 2;
constexpr int kName = 3;
constexpr int kOperator = 4;
constexpr int kAttribute = 5;
}  // namespace node_field
namespace attribute_field {
constexpr int kName = 1;
constexpr int kFloat = 2;
constexpr int kInteger = 3;
constexpr int kType = 20;
constexpr int kTypeFloat = 1;
constexpr int kTypeInteger = 2;
}  // namespace attribute_field
namespace tensor_field {
constexpr int kDimension = 1;
constexpr int kType = 2;
constexpr int kName = 8;
constexpr int kRawData = 9;
}  // namespace tensor_field
namespace value_field {
constexpr int kName = 1;
constexpr int kType = 2;
constexpr int kText = 3;
constexpr int kTensor = 1;
constexpr int kElements = 1;
constexpr int kShape = 2;
constexpr int kDimension = 1;
constexpr int kDimensionValue = 1;
constexpr int kDimensionName = 2;
}  // namespace value_field

/// TensorProto.DataType
enum class ElementType : std::uint8_t { fp32 = 1, int64 = 7, fp64 = 11 };

/// Collects a graph's nodes and initialisers. Values go by their names, which node() returns.
class GraphBuilder {
 public:
  /// A node `op`(inputs…) whose one output has its name.
  std::string node(std::string_view op, std::initializer_list<std::string> inputs, std::string output) {
    WireMessage& node = nodes_.emplace_back();
    for (const std::string& input : inputs) {
      node.text(node_field::kInput, input);
    }
    node.text(node_field::kOutput, output);
    node.text(node_field::kName, output);
    node.text(node_field::kOperator, op);
    return output;
  }

  /// An attribute of the last node.
  void attribute(std::string_view name, std::int64_t value) {
    WireMessage attribute;
    attribute.text(attribute_field::kName, name);
    attribute.integer(attribute_field::kInteger, value);
    attribute.integer(attribute_field::kType, attribute_field::kTypeInteger);
    nodes_.back().message(node_field::kAttribute, attribute);
  }
  void attribute(std::string_view name, float value) {
    WireMessage attribute;
    attribute.text(attribute_field::kName, name);
    attribute.number(attribute_field::kFloat, value);
    attribute.integer(attribute_field::kType, attribute_field::kTypeFloat);
    nodes_.back().message(node_field::kAttribute, attribute);
  }

  std::string initializer(std::string name, std::initializer_list<std::size_t> shape, std::span<const float> values) {
    return add_initializer(std::move(name), shape, ElementType::fp32, std::as_bytes(values));
  }
  std::string initializer(std::string name, std::initializer_list<std::size_t> shape, std::span<const double> values) {
    return add_initializer(std::move(name), shape, ElementType::fp64, std::as_bytes(values));
  }

  /// A scalar; made once, however often it is asked for.
  std::string constant(const std::string& name, float value) {
    return constants_.insert(name).second ? initializer(name, {}, std::span<const float>(&value, 1)) : name;
  }

  /// The nodes, the graph's name and the initialisers.
  WireMessage graph(std::string_view name) const {
    WireMessage graph;
    for (const WireMessage& node : nodes_) {
      graph.message(graph_field::kNode, node);
    }
    graph.text(graph_field::kName, name);
    graph.append(initializers_);
    return graph;
  }

 private:
  std::string add_initializer(std::string name, std::initializer_list<std::size_t> shape, ElementType type,
                              std::span<const std::byte> bytes) {
    WireMessage tensor;
    for (const std::size_t dimension : shape) {
      tensor.integer(tensor_field::kDimension, static_cast<std::int64_t>(dimension));
    }
    tensor.integer(tensor_field::kType, static_cast<std::int64_t>(type));
    tensor.text(tensor_field::kName, name);
    tensor.text(tensor_field::kRawData, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    initializers_.message(graph_field::kInitializer, tensor);
    return name;
  }

  std::vector<WireMessage> nodes_;
  WireMessage initializers_;  ///< fields of the graph
  std::set<std::string> constants_;
};

/// x/2 (1 + erf(x/sqrt(2))): a Gelu operator came later, with opset 20.
std::string add_gelu(GraphBuilder& graph, const std::string& x, const std::string& output) {
  const std::string scaled =
      graph.node("Mul", {x, graph.constant("sqrt_half", std::numbers::sqrt2_v<float> / 2)}, output + ".scaled");
  const std::string erf = graph.node("Erf", {scaled}, output + ".erf");
  const std::string sum = graph.node("Add", {erf, graph.constant("one", 1.0F)}, output + ".sum");
  const std::string half = graph.node("Mul", {x, graph.constant("half", 0.5F)}, output + ".half");
  return graph.node("Mul", {half, sum}, output);
}

/// activation(x), named `output`; x itself for linear.
std::string add_activation(GraphBuilder& graph, const Activation& activation, const std::string& x,
                           const std::string& output) {
  switch (activation.kind) {
    case ActivationKind::elu:
      graph.node("Elu", {x}, output);
      graph.attribute("alpha", activation.alpha);
      return output;
    case ActivationKind::relu:
      return graph.node("Relu", {x}, output);
    case ActivationKind::leaky_relu:
      graph.node("LeakyRelu", {x}, output);
      graph.attribute("alpha", activation.alpha);
      return output;
    case ActivationKind::selu:
      graph.node("Selu", {x}, output);
      graph.attribute("alpha", kernels::kSeluAlpha);
      graph.attribute("gamma", kernels::kSeluScale);
      return output;
    case ActivationKind::gelu:
      return add_gelu(graph, x, output);
    case ActivationKind::swish:
      return graph.node("Mul", {x, graph.node("Sigmoid", {x}, output + ".sigmoid")}, output);
    case ActivationKind::tanh:
      return graph.node("Tanh", {x}, output);
    case ActivationKind::sigmoid:
      return graph.node("Sigmoid", {x}, output);
    case ActivationKind::softplus:
      return graph.node("Softplus", {x}, output);
    case ActivationKind::linear:
      break;
  }
  return x;
}

/// The features less their offsets, in double, and then as fp32; the features, which are fp32, where there are none.
std::string add_offset(GraphBuilder& graph, const Scaler& scaler, const std::string& features) {
  if (scaler.offset.empty()) {
    return features;
  }
  const std::string offset = graph.initializer("scaler.offset", {scaler.offset.size()}, std::span(scaler.offset));
  const std::string less = graph.node("Sub", {features, offset}, "features.less");
  graph.node("Cast", {less}, "features.held");
  graph.attribute("to", static_cast<std::int64_t>(ElementType::fp32));
  return "features.held";
}

/// The features, with the scaler's fill in place of those that are missing (NaN).
std::string add_fill(GraphBuilder& graph, const Scaler& scaler, const std::string& features) {
  if (scaler.fill.empty()) {
    return features;
  }
  const std::string fill = graph.initializer("scaler.fill", {scaler.fill.size()}, std::span(scaler.fill));
  const std::string missing = graph.node("IsNaN", {features}, "features.missing");
  return graph.node("Where", {missing, fill, features}, "features.filled");
}

/// (features - mean) / scale
std::string add_scaler(GraphBuilder& graph, const Scaler& scaler, const std::string& features) {
  const std::size_t count = scaler.mean.size();
  const std::string filled = add_fill(graph, scaler, add_offset(graph, scaler, features));
  const std::string mean = graph.initializer("scaler.mean", {count}, std::span(scaler.mean));
  const std::string scale = graph.initializer("scaler.scale", {count}, std::span(scaler.scale));
  return graph.node("Div", {graph.node("Sub", {filled, mean}, "features.centred"), scale}, "features.standardised");
}

/// x W^T + b
std::string add_dense(GraphBuilder& graph, const Parameters& parameters, std::size_t layer, const std::string& x,
                      const std::string& output) {
  const MatrixView<const float> weight = parameters.weight(layer);
  const std::size_t outputs = weight.rows();
  const std::string w = graph.initializer(fmt::format("layers.{}.weight", layer), {outputs, weight.columns()},
                                          std::span(weight.data(), outputs * weight.columns()));
  const std::string b = graph.initializer(fmt::format("layers.{}.bias", layer), {outputs}, parameters.bias(layer));
  graph.node("Gemm", {x, w, b}, output);
  graph.attribute("transB", std::int64_t{1});
  return output;
}

/// The logits of raw features.
std::string add_network(GraphBuilder& graph, const ModelFile& model) {
  std::string x = add_scaler(graph, model.scaler, kOnnxInput);
  for (std::size_t layer = 0; layer < model.spec.hidden.size(); ++layer) {
    x = add_dense(graph, model.parameters, layer, x, fmt::format("layers.{}", layer));
    x = add_activation(graph, model.spec.activation, x, fmt::format("activations.{}", layer));
  }
  return add_dense(graph, model.parameters, model.spec.hidden.size(), x, "logits");
}

/// The index of the first of the largest values of each row.
void add_class(GraphBuilder& graph, const std::string& values) {
  graph.node("ArgMax", {values}, kOnnxClass);
  graph.attribute("axis", std::int64_t{1});
  graph.attribute("keepdims", std::int64_t{0});
  graph.attribute("select_last_index", std::int64_t{0});
}

/// Two columns side by side.
std::string add_pair(GraphBuilder& graph, const std::string& first, const std::string& second, std::string output) {
  graph.node("Concat", {first, second}, output);
  graph.attribute("axis", std::int64_t{1});
  return output;
}

/// Of one output: the probability of the second class, and that of the first; the second class if 0, the first column,
/// is less than what its probability has above the threshold.
void add_two_classes(GraphBuilder& graph, const std::string& logit, double threshold) {
  const std::string second = graph.node("Sigmoid", {logit}, "probability");
  add_pair(graph, graph.node("Sub", {graph.constant("one", 1.0F), second}, "probability.first"), second,
           kOnnxProbabilities);
  const std::string above =
      graph.node("Sub", {second, graph.constant("threshold", static_cast<float>(threshold))}, "probability.above");
  add_class(graph, add_pair(graph, graph.node("Sub", {above, above}, "zero"), above, "sides"));
}

void add_labels(GraphBuilder& graph, const std::string& logits, double threshold) {
  graph.node("Sigmoid", {logits}, kOnnxProbabilities);
  const std::string limit = graph.constant("threshold", static_cast<float>(threshold));
  graph.node("Cast", {graph.node("Greater", {kOnnxProbabilities, limit}, "probabilities.above")}, kOnnxLabels);
  graph.attribute("to", static_cast<std::int64_t>(ElementType::int64));
}

/// outputs * scale + mean, if targets were standardised. Several outputs of one target share its scale.
void add_values(GraphBuilder& graph, const std::string& outputs, const TargetScaler& scaler) {
  if (scaler.empty()) {
    graph.node("Identity", {outputs}, kOnnxValues);
    return;
  }
  const std::string scale = graph.initializer("target.scale", {scaler.scale.size()}, std::span(scaler.scale));
  const std::string mean = graph.initializer("target.mean", {scaler.mean.size()}, std::span(scaler.mean));
  graph.node("Add", {graph.node("Mul", {outputs, scale}, "values.scaled"), mean}, kOnnxValues);
}

/// What the task makes of the network's outputs.
void add_outputs(GraphBuilder& graph, const ModelFile& model, const std::string& outputs) {
  switch (entry_of(model.task.objective.kind).map) {
    case OutputMap::softmax:
      graph.node("Softmax", {outputs}, kOnnxProbabilities);
      graph.attribute("axis", std::int64_t{1});
      add_class(graph, outputs);
      break;
    case OutputMap::sigmoid:
      if (model.targets == TargetKind::labels) {
        add_labels(graph, outputs, model.task.threshold);
      } else {
        add_two_classes(graph, outputs, model.task.threshold);
      }
      break;
    case OutputMap::identity:
      add_values(graph, outputs, model.task.scaler);
      break;
  }
}

/// An input or output of `rows` rows, of so many values each; 0: one value without a dimension of its own.
WireMessage described(const char* name, ElementType type, std::size_t width, const char* text) {
  WireMessage rows;
  rows.text(value_field::kDimensionName, "rows");
  WireMessage shape;
  shape.message(value_field::kDimension, rows);
  if (width > 0) {
    WireMessage columns;
    columns.integer(value_field::kDimensionValue, static_cast<std::int64_t>(width));
    shape.message(value_field::kDimension, columns);
  }
  WireMessage tensor;
  tensor.integer(value_field::kElements, static_cast<std::int64_t>(type));
  tensor.message(value_field::kShape, shape);
  WireMessage tensor_type;
  tensor_type.message(value_field::kTensor, tensor);
  WireMessage value;
  value.text(value_field::kName, name);
  value.message(value_field::kType, tensor_type);
  value.text(value_field::kText, text);
  return value;
}

/// The graph (a GraphProto) from raw features to probabilities and class.
WireMessage onnx_graph(const ModelFile& model) {
  GraphBuilder builder;
  add_outputs(builder, model, add_network(builder, model));
  WireMessage graph = builder.graph("strata");
  const ElementType input_type = model.scaler.offset.empty() ? ElementType::fp32 : ElementType::fp64;
  graph.message(graph_field::kInput,
                described(kOnnxInput, input_type, model.spec.inputs, "raw features; the graph standardises them"));
  for (const OnnxOutput& output : onnx_outputs(model)) {
    const ElementType type = output.whole ? ElementType::int64 : ElementType::fp32;
    graph.message(graph_field::kOutput, described(output.name, type, output.width, output.text));
  }
  return graph;
}

/// What the columns of `features` are: a name for each, `COLUMN=VALUE` for those of a category.
std::vector<std::string> feature_names(const TableSchema& table) {
  std::vector<std::string> names;
  names.reserve(table.width());
  for (const FeatureColumn& column : table.features) {
    if (!column.categorical) {
      names.push_back(column.name);
    }
    for (const std::string& category : column.categories) {
      names.push_back(column.name + "=" + category);
    }
  }
  return names;
}

std::map<std::string, std::string> onnx_metadata(const ModelFile& model) {
  std::map<std::string, std::string> metadata = model_metadata(model);
  metadata.erase("format_version");  // of the model file
  if (model.table) {
    metadata["feature_names"] = nlohmann::json(feature_names(*model.table)).dump();
  }
  return metadata;
}

WireMessage onnx_model(const ModelFile& model) {
  WireMessage message;
  message.integer(model_field::kIrVersion, kOnnxIrVersion);
  message.text(model_field::kProducerName, "strata");
  message.text(model_field::kProducerVersion, STRATA_VERSION);
  message.message(model_field::kGraph, onnx_graph(model));
  WireMessage opset;
  opset.integer(model_field::kOpsetVersion, kOnnxOpset);
  message.message(model_field::kOpset, opset);
  for (const auto& [key, value] : onnx_metadata(model)) {
    WireMessage entry;
    entry.text(model_field::kKey, key);
    entry.text(model_field::kValue, value);
    message.message(model_field::kMetadata, entry);
  }
  return message;
}

}  // namespace

std::vector<OnnxOutput> onnx_outputs(const ModelFile& model) {
  const OutputMap map = entry_of(model.task.objective.kind).map;
  if (map == OutputMap::identity) {
    return {{kOnnxValues, model.spec.outputs, "the predicted numbers, in their own units", false}};
  }
  if (model.targets == TargetKind::labels) {
    return {{kOnnxProbabilities, model.spec.outputs, "the probability of each label", false},
            {kOnnxLabels, model.spec.outputs, "1 for each label whose probability is above the threshold", true}};
  }
  const bool one_output = map == OutputMap::sigmoid;
  return {{kOnnxProbabilities, one_output ? 2 : model.spec.outputs, "the probability of each class", false},
          {kOnnxClass, 0,
           one_output ? "the second class if its probability is above the threshold"
                      : "the most probable class; of equals the first",
           true}};
}

std::string onnx_bytes(const ModelFile& model) {
  constexpr std::size_t kLargest = std::numeric_limits<std::int32_t>::max();
  std::string bytes = onnx_model(model).take_bytes();
  if (bytes.size() > kLargest) {
    throw failed_error("the model takes {} bytes; an ONNX file holds at most {}", bytes.size(), kLargest);
  }
  return bytes;
}

std::size_t write_onnx(const std::filesystem::path& path, const ModelFile& model) {
  const std::string content = onnx_bytes(model);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(content)));
  file.commit();
  return content.size();
}

}  // namespace strata
