// The oneDNN layer against the oracle, to bounds derived from the lengths of its sums.

#include "kernels/onednn/dense_layer.h"

#include <cmath>

#include "kernels/onednn/threads.h"
#include "tests/catch.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/dense_bounds.h"
#include "tests/oracle/reference.h"

namespace kernels_dense_layer_test {

using namespace strata;
using namespace strata::kernels;
using namespace strata::test;

namespace {

/// No activation here is steeper than 1.76 (selu's left slope); none curves more than 1.76 either.
constexpr double kSlope = 1.76;

/// Buffers of one layer, filled at random, and the layer in the oracle's form.
struct Layer {
  Layer(Activation activation, const Shape& shape)
      : exact{shape.inputs, shape.outputs, activation, std::vector<double>(shape.inputs * shape.outputs), {}},
        src(random_floats(shape.batch * shape.inputs, -1, 1, 1)),
        weights(random_floats(shape.inputs * shape.outputs, -1, 1, 2)),
        bias(random_floats(shape.outputs, -1, 1, 3)),
        dst(shape.batch * shape.outputs, NAN),
        diff_dst(random_floats(shape.batch * shape.outputs, -1, 1, 4)),
        diff_src(src.size(), NAN),
        diff_weights(weights.size(), NAN),
        diff_bias(bias.size(), NAN) {
    for (std::size_t o = 0; o < shape.outputs; ++o) {
      for (std::size_t i = 0; i < shape.inputs; ++i) {
        exact.weights[o * shape.inputs + i] = weights[i * shape.outputs + o];
      }
    }
    exact.bias = to_double(bias);
  }

  onednn::DenseBuffers buffers() {
    return {src.data(),      weights.data(),  bias.data(),         dst.data(),
            diff_dst.data(), diff_src.data(), diff_weights.data(), diff_bias.data()};
  }

  reference::DenseLayer exact;
  std::vector<float> src;
  std::vector<float> weights;  ///< (inputs, outputs)
  std::vector<float> bias;
  std::vector<float> dst;
  std::vector<float> diff_dst;
  std::vector<float> diff_src;
  std::vector<float> diff_weights;  ///< (inputs, outputs)
  std::vector<float> diff_bias;
};

struct Errors {
  double dst;
  double diff_dst;
  double diff_src;
  double diff_weights;
  double diff_bias;
};

/// Each result's largest error in units of its bound. `diff_given` is diff_dst as it was before backward().
Errors errors_of(const Layer& layer, const std::vector<float>& diff_given) {
  const reference::DenseLayer& exact = layer.exact;
  const std::vector<double> src = to_double(layer.src);
  const std::vector<double> z = reference::dense_forward(exact, src);
  const reference::DenseLayer absolute{
      exact.inputs, exact.outputs, {}, magnitudes(exact.weights), magnitudes(exact.bias)};
  const std::vector<double> z_magnitude = reference::dense_forward(absolute, magnitudes(src));

  std::vector<double> dst;
  std::vector<double> dst_bound;
  std::vector<double> diff;
  std::vector<double> diff_bound;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double z_error = sum_error(exact.inputs) * z_magnitude[i];
    dst.push_back(reference::activate(exact.activation, z[i]));
    dst_bound.push_back(kSlope * z_error + kActivationError * std::max(1.0, std::fabs(z[i])));
    const double given = diff_given[i];
    diff.push_back(given * reference::activation_derivative(exact.activation, z[i]));
    diff_bound.push_back(std::fabs(given) * (kSlope * z_error + kActivationError * std::max(1.0, std::fabs(z[i]))));
  }

  // What follows is computed from the fp32 diff_dst, so that only its own sums err.
  const std::vector<double> diff_z = to_double(layer.diff_dst);
  std::vector<double> diff_src_bound = reference::dense_backward_data(absolute, magnitudes(diff_z));
  for (double& bound : diff_src_bound) {
    bound = bound * sum_error(exact.outputs) + 1e-30;
  }
  const reference::DenseGradient gradient = reference::dense_backward_weights(exact, src, diff_z);
  reference::DenseGradient gradient_bound =
      reference::dense_backward_weights(absolute, magnitudes(src), magnitudes(diff_z));
  const std::size_t rows = diff_z.size() / exact.outputs;
  std::vector<double> transposed(gradient.weights.size());
  std::vector<double> transposed_bound(gradient.weights.size());
  for (std::size_t o = 0; o < exact.outputs; ++o) {
    gradient_bound.bias[o] = gradient_bound.bias[o] * sum_error(rows) + 1e-30;
    for (std::size_t i = 0; i < exact.inputs; ++i) {
      transposed[i * exact.outputs + o] = gradient.weights[o * exact.inputs + i];
      transposed_bound[i * exact.outputs + o] = gradient_bound.weights[o * exact.inputs + i] * sum_error(rows) + 1e-30;
    }
  }
  return {worst(layer.dst, dst, dst_bound), worst(layer.diff_dst, diff, diff_bound),
          worst(layer.diff_src, reference::dense_backward_data(exact, diff_z), diff_src_bound),
          worst(layer.diff_weights, transposed, transposed_bound),
          worst(layer.diff_bias, gradient.bias, gradient_bound.bias)};
}

void check_layer(Activation activation, const Shape& shape) {
  CAPTURE(static_cast<int>(activation.kind), shape.batch, shape.inputs, shape.outputs);
  Layer layer(activation, shape);
  const std::vector<float> diff_given = layer.diff_dst;
  onednn::Context context;
  onednn::DenseLayer dense(context, {shape.batch, shape.inputs, shape.outputs, activation}, layer.buffers());
  dense.forward();
  dense.backward();
  const Errors errors = errors_of(layer, diff_given);
  CHECK(errors.dst <= 1);
  CHECK(errors.diff_dst <= 1);
  CHECK(errors.diff_src <= 1);
  CHECK(errors.diff_weights <= 1);
  CHECK(errors.diff_bias <= 1);
}

}  // namespace

TEST_CASE("a dense layer of any shape and activation keeps the bounds of its sums", "[kernels]") {
  onednn::use_threads(1);
  for (const ActivationEntry& activation : kActivations) {
    for (const std::size_t batch : {1U, 3U, 32U, 33U}) {
      for (const std::size_t inputs : {1U, 5U, 16U, 17U, 100U}) {
        for (const std::size_t outputs : {1U, 2U, 10U, 16U, 31U}) {
          check_layer(with_slope(activation.kind), {batch, inputs, outputs});
        }
      }
    }
  }
}

TEST_CASE("a dense layer keeps its bounds with any number of threads", "[kernels]") {
  for (const int threads : {2, 3}) {
    CAPTURE(threads);
    onednn::use_threads(threads);
    for (const ActivationKind kind : {ActivationKind::elu, ActivationKind::selu, ActivationKind::gelu}) {
      for (const Shape& shape : {Shape{1, 5, 2}, {33, 100, 31}}) {
        check_layer(with_slope(kind), shape);
      }
    }
  }
  onednn::use_threads(1);
}

TEST_CASE("a dense layer computes only the gradients that it has buffers for", "[kernels]") {
  onednn::use_threads(1);
  const Shape shape{7, 5, 3};
  const Activation activation{ActivationKind::tanh, 0};
  onednn::Context context;
  const auto run = [&](auto change) {
    Layer layer(activation, shape);
    onednn::DenseBuffers buffers = layer.buffers();
    change(buffers);
    onednn::DenseLayer dense(context, {shape.batch, shape.inputs, shape.outputs, activation}, buffers);
    dense.forward();
    dense.backward();
    return layer;
  };
  const Layer all = run([](onednn::DenseBuffers&) {});

  const Layer no_diff_src = run([](onednn::DenseBuffers& buffers) { buffers.diff_src = nullptr; });
  CHECK(no_diff_src.diff_weights == all.diff_weights);
  CHECK(no_diff_src.diff_bias == all.diff_bias);

  const Layer no_diff_weights =
      run([](onednn::DenseBuffers& buffers) { buffers.diff_weights = buffers.diff_bias = nullptr; });
  CHECK(no_diff_weights.diff_src == all.diff_src);

  const Layer inference = run([](onednn::DenseBuffers& buffers) {
    buffers.diff_dst = buffers.diff_src = buffers.diff_weights = buffers.diff_bias = nullptr;
  });
  for (std::size_t i = 0; i < all.dst.size(); ++i) {
    CHECK(inference.dst[i] == Approx(all.dst[i]).epsilon(1e-6));
  }
}

TEST_CASE("share divides a range at multiples of its grain", "[kernels]") {
  for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 1000U}) {
    for (const int threads : {1, 2, 3, 7}) {
      std::size_t next = 0;
      for (int thread = 0; thread < threads; ++thread) {
        const auto [first, last] = onednn::share(size, 64, thread, threads);
        CHECK(first == next);
        CHECK(first <= last);
        CHECK((first % 64 == 0 || first == size));
        next = last;
      }
      CHECK(next == size);
    }
  }
}

}  // namespace kernels_dense_layer_test
