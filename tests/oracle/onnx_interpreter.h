// Runs an ONNX graph of two-dimensional values in double precision, operator by operator as the standard words them.
#pragma once

#include <onnx.pb.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace strata::test {

/// Rows of values; an initialiser of one dimension is one row, a scalar one value. Both are broadcast over rows.
struct OnnxValue {
  std::size_t rows = 1;
  std::size_t columns = 1;
  std::vector<double> values;

  double at(std::size_t row, std::size_t column) const {
    return values[std::min(row, rows - 1) * columns + std::min(column, columns - 1)];
  }
};

class OnnxInterpreter {
 public:
  explicit OnnxInterpreter(const onnx::GraphProto& graph) : graph_(graph) {
    for (const onnx::TensorProto& tensor : graph.initializer()) {
      OnnxValue& value = values_[tensor.name()];
      value.values =
          tensor.data_type() == onnx::TensorProto::DOUBLE ? elements<double>(tensor) : elements<float>(tensor);
      value.rows = tensor.dims_size() == 2 ? static_cast<std::size_t>(tensor.dims(0)) : 1;
      value.columns = value.values.size() / value.rows;
    }
  }

  /// Every value of the graph by its name.
  const std::map<std::string, OnnxValue>& run(const OnnxValue& input) {
    values_[graph_.input(0).name()] = input;
    for (const onnx::NodeProto& node : graph_.node()) {
      values_[node.output(0)] = compute(node);
    }
    return values_;
  }

 private:
  template <class T>
  static std::vector<double> elements(const onnx::TensorProto& tensor) {
    std::vector<T> values(tensor.raw_data().size() / sizeof(T));
    std::memcpy(values.data(), tensor.raw_data().data(), tensor.raw_data().size());
    return {values.begin(), values.end()};
  }

  const OnnxValue& input(const onnx::NodeProto& node, int index) const { return values_.at(node.input(index)); }

  static double real(const onnx::NodeProto& node, const std::string& name) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.name() == name) {
        return attribute.type() == onnx::AttributeProto::INT ? static_cast<double>(attribute.i())
                                                             : static_cast<double>(attribute.f());
      }
    }
    throw std::runtime_error(node.op_type() + " has no attribute " + name);
  }

  OnnxValue compute(const onnx::NodeProto& node) const {
    const std::string& op = node.op_type();
    if (op == "Gemm") {
      return gemm(node);
    }
    if (op == "Softmax") {
      return softmax(node);
    }
    if (op == "ArgMax") {
      return arg_max(node);
    }
    if (op == "Where") {
      return where(node);
    }
    if (op == "Concat") {
      return concat(node);
    }
    return node.input_size() == 2 ? binary(node) : unary(node);
  }

  OnnxValue gemm(const onnx::NodeProto& node) const {
    const OnnxValue& x = input(node, 0);
    const OnnxValue& w = input(node, 1);
    const bool transposed = real(node, "transB") == 1;
    OnnxValue y{x.rows, transposed ? w.rows : w.columns, {}};
    for (std::size_t row = 0; row < y.rows; ++row) {
      for (std::size_t o = 0; o < y.columns; ++o) {
        double sum = input(node, 2).at(0, o);
        for (std::size_t i = 0; i < x.columns; ++i) {
          sum += x.at(row, i) * (transposed ? w.at(o, i) : w.at(i, o));
        }
        y.values.push_back(sum);
      }
    }
    return y;
  }

  OnnxValue softmax(const onnx::NodeProto& node) const {
    OnnxValue y = input(node, 0);
    for (std::size_t row = 0; row < y.rows; ++row) {
      double sum = 0;
      for (std::size_t c = 0; c < y.columns; ++c) {
        sum += std::exp(y.at(row, c));
      }
      for (std::size_t c = 0; c < y.columns; ++c) {
        y.values[row * y.columns + c] = std::exp(y.at(row, c)) / sum;
      }
    }
    return y;
  }

  OnnxValue arg_max(const onnx::NodeProto& node) const {
    const OnnxValue& x = input(node, 0);
    OnnxValue y{x.rows, 1, {}};
    for (std::size_t row = 0; row < x.rows; ++row) {
      std::size_t largest = 0;
      for (std::size_t c = 1; c < x.columns; ++c) {
        largest = x.at(row, c) > x.at(row, largest) ? c : largest;
      }
      y.values.push_back(static_cast<double>(largest));
    }
    return y;
  }

  OnnxValue where(const onnx::NodeProto& node) const {
    OnnxValue y = input(node, 0);
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const std::size_t row = i / y.columns;
      const std::size_t column = i % y.columns;
      y.values[i] = input(node, y.values[i] != 0 ? 1 : 2).at(row, column);
    }
    return y;
  }

  /// Side by side.
  OnnxValue concat(const onnx::NodeProto& node) const {
    OnnxValue y{input(node, 0).rows, 0, {}};
    for (int i = 0; i < node.input_size(); ++i) {
      y.columns += input(node, i).columns;
    }
    for (std::size_t row = 0; row < y.rows; ++row) {
      for (int i = 0; i < node.input_size(); ++i) {
        for (std::size_t column = 0; column < input(node, i).columns; ++column) {
          y.values.push_back(input(node, i).at(row, column));
        }
      }
    }
    return y;
  }

  OnnxValue binary(const onnx::NodeProto& node) const {
    static const std::map<std::string, std::function<double(double, double)>> kFunctions{
        {"Add", std::plus<>()},
        {"Sub", std::minus<>()},
        {"Mul", std::multiplies<>()},
        {"Div", std::divides<>()},
        {"Greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }}};
    const OnnxValue& a = input(node, 0);
    const OnnxValue& b = input(node, 1);
    OnnxValue y{std::max(a.rows, b.rows), std::max(a.columns, b.columns), {}};
    for (std::size_t i = 0; i < y.rows * y.columns; ++i) {
      const std::size_t row = i / y.columns;
      const std::size_t column = i % y.columns;
      y.values.push_back(kFunctions.at(node.op_type())(a.at(row, column), b.at(row, column)));
    }
    return y;
  }

  OnnxValue unary(const onnx::NodeProto& node) const {
    OnnxValue y = input(node, 0);
    std::ranges::transform(y.values, y.values.begin(), [&](double x) { return apply(node, x); });
    return y;
  }

  static double apply(const onnx::NodeProto& node, double x) {
    const std::string& op = node.op_type();
    if (op == "Relu") {
      return std::max(x, 0.0);
    }
    if (op == "LeakyRelu") {
      return x < 0 ? real(node, "alpha") * x : x;
    }
    if (op == "Elu") {
      return x < 0 ? real(node, "alpha") * std::expm1(x) : x;
    }
    if (op == "Selu") {
      return real(node, "gamma") * (x < 0 ? real(node, "alpha") * std::expm1(x) : x);
    }
    if (op == "Erf") {
      return std::erf(x);
    }
    if (op == "Sigmoid") {
      return 1 / (1 + std::exp(-x));
    }
    if (op == "Tanh") {
      return std::tanh(x);
    }
    if (op == "Softplus") {
      return std::log(std::exp(x) + 1);
    }
    if (op == "Cast" && static_cast<int>(real(node, "to")) == onnx::TensorProto::FLOAT) {
      return static_cast<double>(static_cast<float>(x));
    }
    if (op == "Identity" || (op == "Cast" && static_cast<int>(real(node, "to")) == onnx::TensorProto::INT64)) {
      return x;
    }
    if (op == "IsNaN") {
      return std::isnan(x) ? 1 : 0;
    }
    throw std::runtime_error("no such operator: " + op);
  }

  const onnx::GraphProto& graph_;
  std::map<std::string, OnnxValue> values_;
};

}  // namespace strata::test
