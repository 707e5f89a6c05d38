#include "bench/plain_loop.h"

#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "core/tensor.h"
#include "kernels/onednn/primitives.h"
#include "kernels/onednn/threads.h"

namespace strata::bench {

namespace onednn = kernels::onednn;
using dnnl::memory;

namespace {

constexpr auto kF32 = memory::data_type::f32;
constexpr auto kRows = memory::format_tag::ab;

memory::format_tag tag_of(WeightsFormat format) {
  return format == WeightsFormat::any              ? memory::format_tag::any
         : format == WeightsFormat::inputs_outputs ? memory::format_tag::ba
                                                   : memory::format_tag::ab;
}

}  // namespace

struct PlainLoop::Impl {
  struct Call {
    dnnl::primitive primitive;
    std::vector<std::pair<int, memory>> arguments;
    std::vector<dnnl_exec_arg_t> raw;
  };

  std::vector<std::size_t> sizes;
  std::size_t batch;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::vector<AlignedVector<float>> buffers;
  std::vector<Call> calls;
  std::vector<AlignedVector<float>> canonical;  ///< weights (outputs, inputs) and biases, for the check
  const float* input = nullptr;
  const float* logits = nullptr;

  Impl(const std::vector<std::size_t>& widths, std::size_t rows, int threads, WeightsFormat format)
      : sizes(widths), batch(rows) {
    onednn::use_threads(threads);
    std::vector<memory> values;
    std::vector<memory> gradients;
    for (std::size_t l = 0; l < sizes.size(); ++l) {
      const memory::desc desc({dim(batch), dim(sizes[l])}, kF32, kRows);
      values.push_back(filled(desc, l));
      gradients.push_back(filled(desc, 100 + l));
    }
    input = static_cast<const float*>(values.front().get_data_handle());
    logits = static_cast<const float*>(values.back().get_data_handle());

    std::vector<std::vector<Call>> backward;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
      backward.push_back(add_layer(l, values, gradients, format));
    }
    for (std::size_t l = backward.size(); l-- > 0;) {
      for (Call& call : backward[l]) {
        calls.push_back(std::move(call));
      }
    }
    for (Call& call : calls) {
      for (const auto& [index, argument] : call.arguments) {
        call.raw.push_back({index, argument.get()});
      }
    }
  }

  /// Appends the forward call to `calls` and returns the backward ones.
  std::vector<Call> add_layer(std::size_t l, const std::vector<memory>& values, const std::vector<memory>& gradients,
                              WeightsFormat format) {
    const bool hidden = l + 2 < sizes.size();
    const onednn::Eltwise elu{dnnl::algorithm::eltwise_elu_use_dst_for_bwd, 1.0F};
    dnnl::primitive_attr plain;
    plain.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    dnnl::primitive_attr fused;
    fused.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (hidden) {
      dnnl::post_ops post_ops;
      onednn::append_eltwise(post_ops, elu);
      fused.set_post_ops(post_ops);
    }
    const memory::desc src({dim(batch), dim(sizes[l])}, kF32, kRows);
    const memory::desc dst({dim(batch), dim(sizes[l + 1])}, kF32, kRows);
    const memory::desc bias({dim(sizes[l + 1])}, kF32, memory::format_tag::a);
    const memory::desc wanted({dim(sizes[l + 1]), dim(sizes[l])}, kF32, tag_of(format));
    const auto forward =
        onednn::forward_desc(engine, dnnl::prop_kind::forward_training, src, wanted, bias, dst, fused);
    const memory::desc weights_desc = forward.weights_desc();
    const memory weights = weights_in(weights_desc, l);
    const memory biases = filled(bias, 300 + l);
    canonical.emplace_back(static_cast<const float*>(biases.get_data_handle()),
                           static_cast<const float*>(biases.get_data_handle()) + sizes[l + 1]);
    calls.push_back(call(dnnl::inner_product_forward(forward), forward.scratchpad_desc(),
                         {{DNNL_ARG_SRC, values[l]},
                          {DNNL_ARG_WEIGHTS, weights},
                          {DNNL_ARG_BIAS, biases},
                          {DNNL_ARG_DST, values[l + 1]}}));

    std::vector<Call> backward;
    if (hidden) {
      const auto desc = onednn::eltwise_backward_desc(engine, elu, dst, plain,
                                                      onednn::eltwise_forward_desc(engine, elu, dst, plain));
      backward.push_back(call(dnnl::eltwise_backward(desc), desc.scratchpad_desc(),
                              {{DNNL_ARG_DST, values[l + 1]},
                               {DNNL_ARG_DIFF_DST, gradients[l + 1]},
                               {DNNL_ARG_DIFF_SRC, gradients[l + 1]}}));
    }
    const auto update = onednn::backward_weights_desc(engine, src, weights_desc, bias, dst, plain, forward);
    backward.push_back(call(dnnl::inner_product_backward_weights(update), update.scratchpad_desc(),
                            {{DNNL_ARG_SRC, values[l]},
                             {DNNL_ARG_DIFF_DST, gradients[l + 1]},
                             {DNNL_ARG_DIFF_WEIGHTS, filled(weights_desc, 400 + l)},
                             {DNNL_ARG_DIFF_BIAS, filled(bias, 500 + l)}}));
    if (l > 0) {
      const auto data = onednn::backward_data_desc(engine, src, weights_desc, dst, plain, forward);
      backward.push_back(call(dnnl::inner_product_backward_data(data), data.scratchpad_desc(),
                              {{DNNL_ARG_DIFF_DST, gradients[l + 1]},
                               {DNNL_ARG_WEIGHTS, weights},
                               {DNNL_ARG_DIFF_SRC, gradients[l]}}));
    }
    return backward;
  }

  static memory::dim dim(std::size_t size) { return static_cast<memory::dim>(size); }

  Call call(dnnl::primitive primitive, const memory::desc& scratchpad, std::vector<std::pair<int, memory>> arguments) {
    if (scratchpad.get_size() != 0) {
      arguments.emplace_back(DNNL_ARG_SCRATCHPAD, filled(scratchpad, 0));
    }
    return {std::move(primitive), std::move(arguments), {}};
  }

  /// Memory of small pseudo-random numbers.
  memory filled(const memory::desc& desc, std::size_t stream_index) {
    AlignedVector<float>& values = buffers.emplace_back((desc.get_size() + sizeof(float) - 1) / sizeof(float));
    const Random random(1, RandomStream::weights);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(unit_interval(random.bits(static_cast<std::uint32_t>(stream_index), i)[0]) - 0.5) * 0.1F;
    }
    return {desc, engine, values.data()};
  }

  /// The weights of layer l, reordered from the canonical form, so that padding is zero.
  memory weights_in(const memory::desc& desc, std::size_t l) {
    const memory::desc plain({dim(sizes[l + 1]), dim(sizes[l])}, kF32, kRows);
    memory source = filled(plain, 200 + l);
    canonical.push_back(buffers.back());
    memory target = filled(desc, 0);
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
    return target;
  }
};

PlainLoop::PlainLoop(const std::vector<std::size_t>& sizes, std::size_t batch, int threads, WeightsFormat format)
    : impl_(std::make_unique<Impl>(sizes, batch, threads, format)) {}

PlainLoop::~PlainLoop() = default;

void PlainLoop::step() {
  for (const Impl::Call& call : impl_->calls) {
    if (dnnl_primitive_execute(call.primitive.get(), impl_->stream.get(), static_cast<int>(call.raw.size()),
                               call.raw.data()) != dnnl_success) {
      throw failed_error("the plain loop's primitives failed");
    }
  }
}

void PlainLoop::check() {
  step();
  std::vector<double> values(impl_->input, impl_->input + impl_->sizes[0]);  // the first row's
  for (std::size_t l = 0; l + 1 < impl_->sizes.size(); ++l) {
    const auto& weights = impl_->canonical[2 * l];
    std::vector<double> next(impl_->sizes[l + 1]);
    for (std::size_t o = 0; o < next.size(); ++o) {
      next[o] = impl_->canonical[2 * l + 1][o];
      for (std::size_t i = 0; i < values.size(); ++i) {
        next[o] += static_cast<double>(weights[o * values.size() + i]) * values[i];
      }
      next[o] = next[o] > 0 || l + 2 == impl_->sizes.size() ? next[o] : std::expm1(next[o]);
    }
    values = next;
  }
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (std::fabs(values[c] - static_cast<double>(impl_->logits[c])) > 1e-5) {
      throw failed_error("the plain loop's logit {} is {}, not {}", c, impl_->logits[c], values[c]);
    }
  }
}

}  // namespace strata::bench
