#include "kernels/onednn/primitives.h"

#include "core/error.h"

namespace strata::kernels::onednn {

using dnnl::algorithm;
using dnnl::engine;
using dnnl::memory;
using dnnl::primitive_attr;

namespace {

/// Blocks as oneDNN describes them: the dimensions' strides, then the inner blocks from the outermost, each with the
/// dimension that it divides (0 outputs, 1 inputs).
struct Blocking {
  memory::dims strides;
  memory::dims inner_sizes;
  memory::dims inner_dimensions;
};

#if DNNL_VERSION_MAJOR >= 3

Blocking blocking_of(const memory::desc& desc) {
  return {desc.get_strides(), desc.get_inner_blks(), desc.get_inner_idxs()};
}

#else

Blocking blocking_of(const memory::desc& desc) {
  const dnnl_blocking_desc_t& blocking = desc.data.format_desc.blocking;
  const auto list = [](const dnnl_dims_t& values, int count) { return memory::dims(values, values + count); };
  return {list(blocking.strides, desc.data.ndims), list(blocking.inner_blks, blocking.inner_nblks),
          list(blocking.inner_idxs, blocking.inner_nblks)};
}

#endif

}  // namespace

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

std::optional<PairedBlocks> paired_blocks(const memory::desc& weights) {
  const Blocking blocking = blocking_of(weights);
  const memory::dims& sizes = blocking.inner_sizes;
  if (blocking.inner_dimensions != memory::dims{1, 0, 1} || sizes[2] != 2 ||
      sizes[1] % static_cast<memory::dim>(kPairedOutputs) != 0) {
    return std::nullopt;
  }
  const auto size = [](memory::dim value) { return static_cast<std::size_t>(value); };
  return PairedBlocks{size(sizes[0]) * 2, size(sizes[1]), size(blocking.strides[1]), size(blocking.strides[0])};
}

#if DNNL_VERSION_MAJOR >= 3

void append_eltwise(dnnl::post_ops& post_ops, const Eltwise& e) {
  post_ops.append_eltwise(e.algorithm, e.alpha, e.beta);
}

dnnl::inner_product_forward::primitive_desc forward_desc(const engine& engine, dnnl::prop_kind prop,
                                                         const memory::desc& src, const memory::desc& weights,
                                                         const memory::desc& bias, const memory::desc& dst,
                                                         const primitive_attr& attr) {
  return {engine, prop, src, weights, bias, dst, attr};
}

dnnl::inner_product_backward_data::primitive_desc backward_data_desc(
    const engine& engine, const memory::desc& diff_src, const memory::desc& weights, const memory::desc& diff_dst,
    const primitive_attr& attr, const dnnl::inner_product_forward::primitive_desc& forward) {
  return {engine, diff_src, weights, diff_dst, forward, attr};
}

dnnl::inner_product_backward_weights::primitive_desc backward_weights_desc(
    const engine& engine, const memory::desc& src, const memory::desc& diff_weights, const memory::desc& diff_bias,
    const memory::desc& diff_dst, const primitive_attr& attr,
    const dnnl::inner_product_forward::primitive_desc& forward) {
  return {engine, src, diff_weights, diff_bias, diff_dst, forward, attr};
}

dnnl::eltwise_forward::primitive_desc eltwise_forward_desc(const engine& engine, const Eltwise& e,
                                                           const memory::desc& data, const primitive_attr& attr) {
  return {engine, dnnl::prop_kind::forward_training, e.algorithm, data, data, e.alpha, e.beta, attr};
}

dnnl::eltwise_backward::primitive_desc eltwise_backward_desc(const engine& engine, const Eltwise& e,
                                                             const memory::desc& data, const primitive_attr& attr,
                                                             const dnnl::eltwise_forward::primitive_desc& forward) {
  return {engine, e.algorithm, data, data, data, e.alpha, e.beta, forward, attr};
}

#else

void append_eltwise(dnnl::post_ops& post_ops, const Eltwise& e) {
  post_ops.append_eltwise(1.0F, e.algorithm, e.alpha, e.beta);
}

dnnl::inner_product_forward::primitive_desc forward_desc(const engine& engine, dnnl::prop_kind prop,
                                                         const memory::desc& src, const memory::desc& weights,
                                                         const memory::desc& bias, const memory::desc& dst,
                                                         const primitive_attr& attr) {
  return {{prop, src, weights, bias, dst}, attr, engine};
}

dnnl::inner_product_backward_data::primitive_desc backward_data_desc(
    const engine& engine, const memory::desc& diff_src, const memory::desc& weights, const memory::desc& diff_dst,
    const primitive_attr& attr, const dnnl::inner_product_forward::primitive_desc& forward) {
  return {{diff_src, weights, diff_dst}, attr, engine, forward};
}

dnnl::inner_product_backward_weights::primitive_desc backward_weights_desc(
    const engine& engine, const memory::desc& src, const memory::desc& diff_weights, const memory::desc& diff_bias,
    const memory::desc& diff_dst, const primitive_attr& attr,
    const dnnl::inner_product_forward::primitive_desc& forward) {
  return {{src, diff_weights, diff_bias, diff_dst}, attr, engine, forward};
}

dnnl::eltwise_forward::primitive_desc eltwise_forward_desc(const engine& engine, const Eltwise& e,
                                                           const memory::desc& data, const primitive_attr& attr) {
  return {{dnnl::prop_kind::forward_training, e.algorithm, data, e.alpha, e.beta}, attr, engine};
}

dnnl::eltwise_backward::primitive_desc eltwise_backward_desc(const engine& engine, const Eltwise& e,
                                                             const memory::desc& data, const primitive_attr& attr,
                                                             const dnnl::eltwise_forward::primitive_desc& forward) {
  return {{e.algorithm, data, data, e.alpha, e.beta}, attr, engine, forward};
}

#endif

}  // namespace strata::kernels::onednn
