#include "io/onnx_graph.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>
#include <string>
#include <string_view>

#include "io/onnx_file.h"

namespace strata {

namespace {

using kernels::ActivationKind;

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

/// Adds nodes and initialisers to a graph. Values go by their names, which node() returns.
class GraphBuilder {
 public:
  explicit GraphBuilder(onnx::GraphProto& graph) : graph_(graph) {}

  /// A node `op`(inputs…) whose one output has its name.
  std::string node(std::string_view op, std::initializer_list<std::string> inputs, std::string output) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(std::string(op));
    node.set_name(output);
    for (const std::string& input : inputs) {
      node.add_input(input);
    }
    node.add_output(output);
    return output;
  }

  /// An attribute of the last node.
  void attribute(std::string_view name, std::int64_t value) {
    onnx::AttributeProto& attribute = add_attribute(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }
  void attribute(std::string_view name, float value) {
    onnx::AttributeProto& attribute = add_attribute(name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
  }

  std::string initializer(std::string name, std::initializer_list<std::size_t> shape, std::span<const float> values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::size_t dimension : shape) {
      tensor.add_dims(static_cast<std::int64_t>(dimension));
    }
    tensor.set_raw_data(values.data(), values.size_bytes());
    return name;
  }

  /// A scalar; made once, however often it is asked for.
  std::string constant(std::string name, float value) {
    for (const onnx::TensorProto& tensor : graph_.initializer()) {
      if (tensor.name() == name) {
        return name;
      }
    }
    return initializer(std::move(name), {}, {&value, 1});
  }

 private:
  onnx::AttributeProto& add_attribute(std::string_view name) {
    onnx::AttributeProto& attribute = *graph_.mutable_node(graph_.node_size() - 1)->add_attribute();
    attribute.set_name(std::string(name));
    return attribute;
  }

  onnx::GraphProto& graph_;
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

/// The features, with the scaler's fill in place of those that are missing (NaN).
std::string add_fill(GraphBuilder& graph, const Scaler& scaler, const std::string& features) {
  if (scaler.fill.empty()) {
    return features;
  }
  const std::string fill = graph.initializer("scaler.fill", {scaler.fill.size()}, scaler.fill);
  const std::string missing = graph.node("IsNaN", {features}, "features.missing");
  return graph.node("Where", {missing, fill, features}, "features.filled");
}

/// (features - mean) / scale
std::string add_scaler(GraphBuilder& graph, const Scaler& scaler, const std::string& features) {
  const std::size_t count = scaler.mean.size();
  const std::string filled = add_fill(graph, scaler, features);
  const std::string mean = graph.initializer("scaler.mean", {count}, scaler.mean);
  const std::string scale = graph.initializer("scaler.scale", {count}, scaler.scale);
  return graph.node("Div", {graph.node("Sub", {filled, mean}, "features.centred"), scale}, "features.standardised");
}

/// x W^T + b
std::string add_dense(GraphBuilder& graph, const Parameters& parameters, std::size_t layer, const std::string& x,
                      const std::string& output) {
  const MatrixView<const float> weight = parameters.weight(layer);
  const std::size_t outputs = weight.rows();
  const std::string w = graph.initializer(fmt::format("layers.{}.weight", layer), {outputs, weight.columns()},
                                          {weight.data(), outputs * weight.columns()});
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

/// An input or output of `rows` rows, of so many values each; 0: one value without a dimension of its own.
void describe(onnx::ValueInfoProto& value, const char* name, onnx::TensorProto::DataType type, std::size_t width,
              const char* text) {
  value.set_name(name);
  value.set_doc_string(text);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("rows");
  if (width > 0) {
    tensor.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(width));
  }
}

}  // namespace

onnx::GraphProto make_onnx_graph(const ModelFile& model) {
  onnx::GraphProto graph;
  graph.set_name("strata");
  describe(*graph.add_input(), kOnnxInput, onnx::TensorProto::FLOAT, model.spec.inputs,
           "raw features; the graph standardises them");
  describe(*graph.add_output(), kOnnxProbabilities, onnx::TensorProto::FLOAT, model.spec.classes,
           "the probability of each class");
  describe(*graph.add_output(), kOnnxClass, onnx::TensorProto::INT64, 0,
           "the most probable class; of equals the first");

  GraphBuilder builder(graph);
  const std::string logits = add_network(builder, model);
  builder.node("Softmax", {logits}, kOnnxProbabilities);
  builder.attribute("axis", std::int64_t{1});
  builder.node("ArgMax", {logits}, kOnnxClass);
  builder.attribute("axis", std::int64_t{1});
  builder.attribute("keepdims", std::int64_t{0});
  builder.attribute("select_last_index", std::int64_t{0});
  return graph;
}

}  // namespace strata
