// The oneDNN layer in bf16 against an oracle that rounds where it rounds, to bounds derived from the lengths of its
// sums; skipped, with a warning, on a CPU without bf16.

#include <cmath>

#include "kernels/bf16.h"
#include "kernels/onednn/cpu_isa.h"
#include "kernels/onednn/dense_layer.h"
#include "kernels/onednn/threads.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/dense_bounds.h"
#include "tests/oracle/reference.h"

namespace kernels_dense_layer_bf16_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

/// No activation is steeper than 1.76 or curves more than 2 (tanh's derivative as a function of its result).
constexpr double kSlope = 1.76;
constexpr double kCurvature = 2;

bool skipped() {
  if (onednn::bf16_features().support != onednn::Bf16Support::none) {
    return false;
  }
  WARN("skipped: this CPU has no bf16, the newest it has is " << onednn::bf16_features().newest);
  return true;
}

std::vector<Bf16> rounded(std::span<const float> values) {
  std::vector<Bf16> result;
  for (const float value : values) {
    result.push_back(to_bf16(value));
  }
  return result;
}

std::vector<float> to_floats(std::span<const Bf16> values) {
  std::vector<float> result;
  for (const Bf16 value : values) {
    result.push_back(to_float(value));
  }
  return result;
}

std::vector<double> to_doubles(std::span<const Bf16> values) { return to_double(to_floats(values)); }

/// Buffers of one layer, filled at random, and the layer in the oracle's form, with weights in bf16.
struct Layer {
  Layer(Activation activation, const Shape& of)
      : shape(of),
        src(rounded(random_floats(of.batch * of.inputs, -1, 1, 1))),
        weights(random_floats(of.inputs * of.outputs, -1, 1, 2)),
        bias(random_floats(of.outputs, -1, 1, 3)),
        dst(of.batch * of.outputs),
        logits(dst.size(), NAN),
        diff_dst(rounded(random_floats(of.batch * of.outputs, -1, 1, 4))),
        diff_src(src.size()),
        diff_weights(weights.size(), NAN),
        diff_bias(bias.size(), NAN),
        exact{of.inputs, of.outputs, activation, std::vector<double>(weights.size()), to_double(bias)} {
    for (std::size_t o = 0; o < of.outputs; ++o) {
      for (std::size_t i = 0; i < of.inputs; ++i) {
        exact.weights[o * of.inputs + i] = to_float(to_bf16(weights[i * of.outputs + o]));
      }
    }
  }

  bool is_output() const { return exact.activation.kind == ActivationKind::linear; }

  void run() {
    onednn::Context context;
    onednn::PackedWeights packed(context, {weights.data(), shape.inputs, shape.outputs});
    onednn::DenseBuffers buffers;
    buffers.src = src.data();
    buffers.weights = weights.data();
    buffers.bias = bias.data();
    buffers.dst = is_output() ? static_cast<void*>(logits.data()) : dst.data();
    buffers.diff_dst = diff_dst.data();
    buffers.diff_src = diff_src.data();
    buffers.diff_weights = diff_weights.data();
    buffers.diff_bias = diff_bias.data();
    buffers.packed = &packed;
    onednn::DenseLayer dense(context,
                             {shape.batch, shape.inputs, shape.outputs, exact.activation, Precision::bf16,
                              is_output() ? Precision::f32 : Precision::bf16},
                             buffers);
    packed.pack(0, shape.inputs);
    packed.pack_others();
    dense.forward();
    dense.backward();
  }

  Shape shape;
  std::vector<Bf16> src;
  std::vector<float> weights;  ///< (inputs, outputs)
  std::vector<float> bias;
  std::vector<Bf16> dst;      ///< of a layer with an activation
  std::vector<float> logits;  ///< of one without
  std::vector<Bf16> diff_dst;
  std::vector<Bf16> diff_src;
  std::vector<float> diff_weights;  ///< (inputs, outputs)
  std::vector<float> diff_bias;
  reference::DenseLayer exact;
};

reference::DenseLayer absolute(const reference::DenseLayer& layer) {
  return {layer.inputs, layer.outputs, {}, magnitudes(layer.weights), magnitudes(layer.bias)};
}

void check_forward_and_activation(const Layer& layer, const std::vector<Bf16>& diff_given) {
  const std::vector<double> src = to_doubles(layer.src);
  const std::vector<double> z = reference::dense_forward(layer.exact, src);
  const std::vector<double> z_magnitude = reference::dense_forward(absolute(layer.exact), magnitudes(src));
  std::vector<double> dst;
  std::vector<double> dst_bound;
  std::vector<double> diff;
  std::vector<double> diff_bound;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double sum = sum_error(layer.exact.inputs) * z_magnitude[i];
    const double given = to_float(diff_given[i]);
    if (layer.is_output()) {
      dst.push_back(z[i]);
      dst_bound.push_back(sum);
      diff.push_back(given);
      diff_bound.push_back(1e-30);
      continue;
    }
    // Activations of several operations round between them too: two roundings of values no larger than these.
    const double size = std::max({1.0, std::fabs(z[i]), std::fabs(reference::activate(layer.exact.activation, z[i]))});
    const double error = kSlope * sum + kActivationError * size + 2 * kSlope * kBf16Roundoff * size;
    dst.push_back(reference::activate(layer.exact.activation, z[i]));
    dst_bound.push_back(error);
    const double slope = reference::activation_derivative(layer.exact.activation, z[i]);
    diff.push_back(given * slope);
    diff_bound.push_back(std::fabs(given) * (kCurvature * error + 2 * kBf16Roundoff * std::fabs(slope)));
  }
  CHECK(worst(layer.is_output() ? layer.logits : to_floats(layer.dst), dst, dst_bound) <= 1);
  CHECK(worst(to_floats(layer.diff_dst), diff, diff_bound) <= 1);
}

/// From the layer's own bf16 diff_dst, so that only these sums, and what is rounded after them, err.
void check_gradients(const Layer& layer) {
  const std::vector<double> src = to_doubles(layer.src);
  const std::vector<double> diff_z = to_doubles(layer.diff_dst);
  const reference::DenseLayer size = absolute(layer.exact);

  const std::vector<double> diff_src = reference::dense_backward_data(layer.exact, diff_z);
  std::vector<double> diff_src_bound = reference::dense_backward_data(size, magnitudes(diff_z));
  for (std::size_t i = 0; i < diff_src.size(); ++i) {
    const double sum = diff_src_bound[i] * sum_error(layer.exact.outputs);
    diff_src_bound[i] = sum + kBf16Roundoff * (std::fabs(diff_src[i]) + sum) + 1e-30;
  }
  CHECK(worst(to_floats(layer.diff_src), diff_src, diff_src_bound) <= 1);

  const reference::DenseGradient gradient = reference::dense_backward_weights(layer.exact, src, diff_z);
  const reference::DenseGradient bound = reference::dense_backward_weights(size, magnitudes(src), magnitudes(diff_z));
  const double error = sum_error(layer.shape.batch);
  std::vector<double> weights(gradient.weights.size());
  std::vector<double> weights_bound(gradient.weights.size());
  std::vector<double> bias_bound;
  for (std::size_t o = 0; o < layer.exact.outputs; ++o) {
    bias_bound.push_back(bound.bias[o] * error + 1e-30);
    for (std::size_t i = 0; i < layer.exact.inputs; ++i) {
      weights[i * layer.exact.outputs + o] = gradient.weights[o * layer.exact.inputs + i];
      weights_bound[i * layer.exact.outputs + o] = bound.weights[o * layer.exact.inputs + i] * error + 1e-30;
    }
  }
  CHECK(worst(layer.diff_weights, weights, weights_bound) <= 1);
  CHECK(worst(layer.diff_bias, gradient.bias, bias_bound) <= 1);
}

void check_layer(Activation activation, const Shape& shape) {
  CAPTURE(static_cast<int>(activation.kind), shape.batch, shape.inputs, shape.outputs);
  Layer layer(activation, shape);
  const std::vector<Bf16> diff_given = layer.diff_dst;
  layer.run();
  check_forward_and_activation(layer, diff_given);
  check_gradients(layer);
}

}  // namespace

TEST_CASE("a bf16 layer of any shape and activation keeps the bounds of its sums and roundings", "[kernels]") {
  if (skipped()) {
    return;
  }
  onednn::use_threads(1);
  for (const ActivationEntry& activation : kActivations) {
    for (const std::size_t batch : {1U, 3U, 33U, 128U}) {
      for (const std::size_t inputs : {1U, 5U, 17U, 100U}) {
        for (const std::size_t outputs : {1U, 2U, 10U, 31U, 100U}) {
          check_layer(with_slope(activation.kind), {batch, inputs, outputs});
        }
      }
    }
  }
}

TEST_CASE("a bf16 layer keeps its bounds with any number of threads", "[kernels]") {
  if (skipped()) {
    return;
  }
  for (const int threads : {2, 3}) {
    CAPTURE(threads);
    onednn::use_threads(threads);
    for (const ActivationKind kind : {ActivationKind::elu, ActivationKind::gelu, ActivationKind::linear}) {
      for (const Shape& shape : {Shape{1, 5, 2}, {33, 100, 31}, {200, 784, 300}}) {
        check_layer(with_slope(kind), shape);
      }
    }
  }
  onednn::use_threads(1);
}

}  // namespace kernels_dense_layer_bf16_test
