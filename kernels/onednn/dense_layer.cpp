#include "kernels/onednn/dense_layer.h"

#include <utility>
#include <vector>

#include "core/error.h"
#include "core/tensor.h"
#include "kernels/onednn/primitives.h"

namespace strata::kernels::onednn {

using dnnl::algorithm;
using dnnl::memory;

struct Context::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

Context::Context() try : impl_(std::make_unique<Impl>()) {
} catch (const dnnl::error& error) {
  throw failed_error("oneDNN cannot use this CPU: {}", error.what());
}

Context::~Context() = default;

namespace {

/// An activation as eltwise operations, applied in turn.
struct EltwiseChain {
  std::vector<Eltwise> operations;
  /// One operation whose derivative needs its result only, so that it can be fused into the inner product.
  bool fused = false;
};

EltwiseChain eltwise_chain(Activation activation) {
  switch (activation.kind) {
    case ActivationKind::linear:
      return {};
    case ActivationKind::elu:
      return {{{algorithm::eltwise_elu_use_dst_for_bwd, activation.alpha}}, true};
    case ActivationKind::relu:
      return {{{algorithm::eltwise_relu_use_dst_for_bwd, 0.0F}}, true};
    case ActivationKind::leaky_relu:
      return {{{algorithm::eltwise_relu_use_dst_for_bwd, activation.alpha}}, true};
    case ActivationKind::tanh:
      return {{{algorithm::eltwise_tanh_use_dst_for_bwd}}, true};
    case ActivationKind::sigmoid:
      return {{{algorithm::eltwise_logistic_use_dst_for_bwd}}, true};
    case ActivationKind::selu:
      return {{{algorithm::eltwise_elu_use_dst_for_bwd, kSeluAlpha}, {algorithm::eltwise_linear, kSeluScale}}};
    case ActivationKind::gelu:
      return {{{algorithm::eltwise_gelu_erf}}};
    case ActivationKind::swish:
      return {{{algorithm::eltwise_swish, 1.0F}}};
    case ActivationKind::softplus:
      return {{{algorithm::eltwise_soft_relu, 1.0F}}};
  }
  throw failed_error("oneDNN: no primitive for this activation");
}

bool derivative_from_dst(algorithm eltwise) {
  switch (eltwise) {
    case algorithm::eltwise_elu_use_dst_for_bwd:
    case algorithm::eltwise_relu_use_dst_for_bwd:
    case algorithm::eltwise_tanh_use_dst_for_bwd:
    case algorithm::eltwise_logistic_use_dst_for_bwd:
      return true;
    default:
      return false;
  }
}

memory::dim dim(std::size_t size) { return static_cast<memory::dim>(size); }

}  // namespace

struct DenseLayer::Impl {
  /// A primitive with its arguments, ready to run without allocating anything.
  struct Call {
    dnnl::primitive primitive;
    std::vector<dnnl_exec_arg_t> arguments;
  };

  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::primitive_attr attr;              ///< user scratchpads
  std::vector<AlignedVector<float>> own;  ///< results between operations
  std::vector<memory> memories;           ///< keeps the arguments' handles alive
  std::vector<Call> forward;
  std::vector<Call> backward;

  Impl(const Context::Impl& context, const DenseShape& shape, const DenseBuffers& buffers)
      : engine(context.engine), stream(context.stream) {
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const auto f32 = memory::data_type::f32;
    const memory::desc src_desc({dim(shape.batch), dim(shape.inputs)}, f32, memory::format_tag::ab);
    const memory::desc weights_desc({dim(shape.outputs), dim(shape.inputs)}, f32, memory::format_tag::ba);
    const memory::desc bias_desc({dim(shape.outputs)}, f32, memory::format_tag::a);
    const memory::desc dst_desc({dim(shape.batch), dim(shape.outputs)}, f32, memory::format_tag::ab);
    const EltwiseChain chain = eltwise_chain(shape.activation);
    const std::size_t size = shape.batch * shape.outputs;
    const bool training = buffers.diff_dst != nullptr;

    // values[0] is the inner product's result, values[i] that of operation i - 1; the last one is dst.
    std::vector<memory> values;
    const std::size_t separate = chain.fused ? 0 : chain.operations.size();
    for (std::size_t i = 0; i < separate; ++i) {
      own.emplace_back(size, 0.0F);
      values.push_back(wrap(dst_desc, own.back().data()));
    }
    values.push_back(wrap(dst_desc, buffers.dst));

    dnnl::primitive_attr product_attr;
    product_attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (chain.fused) {
      dnnl::post_ops post_ops;
      append_eltwise(post_ops, chain.operations[0]);
      product_attr.set_post_ops(post_ops);
    }
    const memory src = wrap(src_desc, buffers.src);
    const memory weights = wrap(weights_desc, buffers.weights);
    const auto product =
        forward_desc(engine, training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference,
                     src_desc, weights_desc, bias_desc, dst_desc, product_attr);
    add(forward, dnnl::inner_product_forward(product), product.scratchpad_desc(),
        {{DNNL_ARG_SRC, src},
         {DNNL_ARG_WEIGHTS, weights},
         {DNNL_ARG_BIAS, wrap(bias_desc, buffers.bias)},
         {DNNL_ARG_DST, values[0]}});
    for (std::size_t i = 0; i < separate; ++i) {
      const auto desc = eltwise_forward_desc(engine, chain.operations[i], dst_desc, attr);
      add(forward, dnnl::eltwise_forward(desc), desc.scratchpad_desc(),
          {{DNNL_ARG_SRC, values[i]}, {DNNL_ARG_DST, values[i + 1]}});
    }
    if (!training) {
      return;
    }

    const memory diff_dst = wrap(dst_desc, buffers.diff_dst);
    for (std::size_t i = chain.operations.size(); i-- > 0;) {
      const Eltwise& operation = chain.operations[i];
      const bool from_dst = derivative_from_dst(operation.algorithm);
      const memory& data = chain.fused ? values[0] : values[from_dst ? i + 1 : i];
      const auto desc = eltwise_backward_desc(engine, operation, dst_desc, attr,
                                              eltwise_forward_desc(engine, operation, dst_desc, attr));
      add(backward, dnnl::eltwise_backward(desc), desc.scratchpad_desc(),
          {{from_dst ? DNNL_ARG_DST : DNNL_ARG_SRC, data},
           {DNNL_ARG_DIFF_DST, diff_dst},
           {DNNL_ARG_DIFF_SRC, diff_dst}});
    }
    if (buffers.diff_weights != nullptr) {
      const auto desc = backward_weights_desc(engine, src_desc, weights_desc, bias_desc, dst_desc, attr, product);
      add(backward, dnnl::inner_product_backward_weights(desc), desc.scratchpad_desc(),
          {{DNNL_ARG_SRC, src},
           {DNNL_ARG_DIFF_DST, diff_dst},
           {DNNL_ARG_DIFF_WEIGHTS, wrap(weights_desc, buffers.diff_weights)},
           {DNNL_ARG_DIFF_BIAS, wrap(bias_desc, buffers.diff_bias)}});
    }
    if (buffers.diff_src != nullptr) {
      const auto desc = backward_data_desc(engine, src_desc, weights_desc, dst_desc, attr, product);
      add(backward, dnnl::inner_product_backward_data(desc), desc.scratchpad_desc(),
          {{DNNL_ARG_DIFF_DST, diff_dst},
           {DNNL_ARG_WEIGHTS, weights},
           {DNNL_ARG_DIFF_SRC, wrap(src_desc, buffers.diff_src)}});
    }
  }

  memory wrap(const memory::desc& desc, float* data) {
    memories.emplace_back(desc, engine, data);
    return memories.back();
  }

  void add(std::vector<Call>& calls, dnnl::primitive primitive, const memory::desc& scratchpad,
           const std::vector<std::pair<int, memory>>& arguments) {
    Call call{std::move(primitive), {}};
    for (const auto& [index, argument] : arguments) {
      call.arguments.push_back({index, argument.get()});
    }
    if (scratchpad.get_size() != 0) {
      own.emplace_back((scratchpad.get_size() + sizeof(float) - 1) / sizeof(float));
      call.arguments.push_back({DNNL_ARG_SCRATCHPAD, wrap(scratchpad, own.back().data()).get()});
    }
    calls.push_back(std::move(call));
  }

  void run(const std::vector<Call>& calls) const {
    for (const Call& call : calls) {
      // The C call: the C++ one builds a vector of arguments each time.
      const dnnl_status_t status = dnnl_primitive_execute(
          call.primitive.get(), stream.get(), static_cast<int>(call.arguments.size()), call.arguments.data());
      if (status != dnnl_success) {
        throw failed_error("oneDNN: a primitive failed while running (status {})", static_cast<int>(status));
      }
    }
  }
};

DenseLayer::DenseLayer(Context& context, const DenseShape& shape, const DenseBuffers& buffers) try
    : impl_(std::make_unique<Impl>(*context.impl_, shape, buffers)) {
} catch (const dnnl::error& error) {
  throw failed_error("oneDNN cannot build a dense layer of {} inputs and {} outputs for batches of {}: {}",
                     shape.inputs, shape.outputs, shape.batch, error.what());
}

DenseLayer::~DenseLayer() = default;
DenseLayer::DenseLayer(DenseLayer&&) noexcept = default;
DenseLayer& DenseLayer::operator=(DenseLayer&&) noexcept = default;

void DenseLayer::forward() { impl_->run(impl_->forward); }

void DenseLayer::backward() { impl_->run(impl_->backward); }

}  // namespace strata::kernels::onednn
