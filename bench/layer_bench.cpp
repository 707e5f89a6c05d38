#include "bench/layer_bench.h"

#include <fmt/format.h>

#include <memory>

#include "bench/oracle.h"
#include "kernels/onednn/dense_layer.h"
#include "kernels/onednn/threads.h"

namespace strata::bench {

namespace onednn = kernels::onednn;

namespace {

constexpr int kLayerRounds = 15;

/// One layer's inputs, and what the oracle makes of them.
struct Problem {
  Problem(const LayerSpec& spec, std::size_t rows, bool lowest)
      : layer(spec),
        batch(rows),
        is_lowest(lowest),
        src(random_floats(batch * layer.inputs, 1, 1)),
        weights(random_floats(layer.inputs * layer.outputs, std::sqrt(6 / static_cast<double>(layer.inputs)), 2)),
        bias(random_floats(layer.outputs, 1, 3)),
        diff_dst(random_floats(batch * layer.outputs, 1, 4)),
        oracle{layer.inputs, layer.outputs, layer.activation, to_double(canonical(weights)), to_double(bias)} {
    dst = reference::dense_forward(oracle, to_double(src));
    diff_z = to_double(diff_dst);
    for (std::size_t i = 0; i < dst.size(); ++i) {
      diff_z[i] *= reference::activation_derivative(layer.activation, dst[i]);
      dst[i] = reference::activate(layer.activation, dst[i]);
    }
    gradient = reference::dense_backward_weights(oracle, to_double(src), diff_z);
    if (!is_lowest) {
      diff_src = reference::dense_backward_data(oracle, diff_z);
    }
  }

  /// (outputs, inputs) from (inputs, outputs).
  std::vector<float> canonical(std::span<const float> values) const {
    std::vector<float> result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      result[i % layer.outputs * layer.inputs + i / layer.outputs] = values[i];
    }
    return result;
  }

  std::string name() const {
    return fmt::format("{}x{} {}", layer.inputs, layer.outputs,
                       layer.activation.kind == kernels::ActivationKind::linear ? "linear" : "elu");
  }

  double multiply_adds() const { return static_cast<double>(batch * layer.inputs * layer.outputs); }

  LayerSpec layer;
  std::size_t batch;
  bool is_lowest;  ///< needs no diff_src
  std::vector<float> src;
  std::vector<float> weights;  ///< (inputs, outputs)
  std::vector<float> bias;
  std::vector<float> diff_dst;  ///< after the activation
  reference::DenseLayer oracle;
  std::vector<double> dst;
  std::vector<double> diff_z;  ///< the gradient before the activation
  std::vector<double> diff_src;
  reference::DenseGradient gradient;
};

/// The layer under test with buffers of its own.
class Contender {
 public:
  Contender(onednn::Context& context, const Problem& problem, int threads)
      : src_(problem.src.begin(), problem.src.end()),
        weights_(problem.weights.begin(), problem.weights.end()),
        bias_(problem.bias.begin(), problem.bias.end()),
        dst_(problem.dst.size()),
        diff_dst_(problem.diff_dst.begin(), problem.diff_dst.end()),
        diff_src_(problem.diff_src.size()),
        diff_weights_(weights_.size()),
        diff_bias_(bias_.size()) {
    onednn::use_threads(threads);
    layer_ = std::make_unique<onednn::DenseLayer>(
        context,
        onednn::DenseShape{problem.batch, problem.layer.inputs, problem.layer.outputs, problem.layer.activation},
        onednn::DenseBuffers{src_.data(), weights_.data(), bias_.data(), dst_.data(), diff_dst_.data(),
                             problem.is_lowest ? nullptr : diff_src_.data(), diff_weights_.data(), diff_bias_.data()});
  }

  void forward() { layer_->forward(); }
  /// Again and again it multiplies diff_dst by the activation's derivative, which changes the values, not the work.
  void backward() { layer_->backward(); }

  void check(const Problem& problem) {
    forward();
    backward();
    const LayerSpec& layer = problem.layer;
    const auto expect = [&](std::string_view what, std::span<const float> values, const std::vector<double>& exact,
                            std::size_t terms) {
      expect_near(fmt::format("dense layer {}, batch {}, {}", problem.name(), problem.batch, what), values, exact,
                  sum_bound(terms, exact));
    };
    expect("dst", dst_, problem.dst, layer.inputs);
    expect("diff_dst", diff_dst_, problem.diff_z, layer.inputs);
    expect("diff_src", diff_src_, problem.diff_src, layer.outputs);
    expect("diff_weights", problem.canonical(diff_weights_), problem.gradient.weights, problem.batch);
    expect("diff_bias", diff_bias_, problem.gradient.bias, problem.batch);
  }

 private:
  AlignedVector<float> src_;
  AlignedVector<float> weights_;
  AlignedVector<float> bias_;
  AlignedVector<float> dst_;
  AlignedVector<float> diff_dst_;
  AlignedVector<float> diff_src_;
  AlignedVector<float> diff_weights_;
  AlignedVector<float> diff_bias_;
  std::unique_ptr<onednn::DenseLayer> layer_;
};

void bench_layer(const Setup& setup, Report& report, onednn::Context& context, const Problem& problem) {
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    const auto contender = std::make_shared<Contender>(context, problem, threads);
    contender->check(problem);
    cases.push_back({{"forward " + problem.name(), "", problem.batch, threads, "onednn", "f32"},
                     Work::operations,
                     2 * problem.multiply_adds(),
                     [contender] { contender->forward(); }});
    cases.push_back({{"backward " + problem.name(), "", problem.batch, threads, "onednn", "f32"},
                     Work::operations,
                     (problem.is_lowest ? 2 : 4) * problem.multiply_adds(),
                     [contender] { contender->backward(); }});
  }
  run_contest(report, setup.effort, kLayerRounds, cases);
}

}  // namespace

void bench_layers(const Setup& setup, Report& report) {
  report.start_table("oneDNN's dense layers");
  onednn::Context context;
  const ModelSpec model = model_of(default_widths());
  for (std::size_t l = 0; l < model.layer_count(); ++l) {
    for (const std::size_t batch : setup.kernel_batches()) {
      bench_layer(setup, report, context, Problem(model.layer(l), batch, l == 0));
    }
  }
}

}  // namespace strata::bench
