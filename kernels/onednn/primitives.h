// Descriptors of oneDNN's primitives, the same calls for versions 2 and 3 of the library, and activations as its
// eltwise operations. Internal to this folder.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <vector>

#include "kernels/activation.h"
#include "kernels/bf16.h"

namespace strata::kernels::onednn {

/// An eltwise operation with its constants.
struct Eltwise {
  dnnl::algorithm algorithm;
  float alpha = 0;
  float beta = 0;
};

/// An activation as eltwise operations, applied in turn.
struct EltwiseChain {
  std::vector<Eltwise> operations;
  /// One operation whose derivative needs its result only, so that it can be fused into the inner product.
  bool fused = false;
};

EltwiseChain eltwise_chain(Activation activation);

/// Whether an operation's derivative is taken from its result; else from its source.
bool derivative_from_dst(dnnl::algorithm eltwise);

/// The layout of bf16 weights of dimensions (outputs, inputs), if our own kernel can write it.
std::optional<PairedBlocks> paired_blocks(const dnnl::memory::desc& weights);

void append_eltwise(dnnl::post_ops& post_ops, const Eltwise& eltwise);

dnnl::inner_product_forward::primitive_desc forward_desc(const dnnl::engine& engine, dnnl::prop_kind prop,
                                                         const dnnl::memory::desc& src,
                                                         const dnnl::memory::desc& weights,
                                                         const dnnl::memory::desc& bias, const dnnl::memory::desc& dst,
                                                         const dnnl::primitive_attr& attr);

dnnl::inner_product_backward_data::primitive_desc backward_data_desc(
    const dnnl::engine& engine, const dnnl::memory::desc& diff_src, const dnnl::memory::desc& weights,
    const dnnl::memory::desc& diff_dst, const dnnl::primitive_attr& attr,
    const dnnl::inner_product_forward::primitive_desc& forward);

dnnl::inner_product_backward_weights::primitive_desc backward_weights_desc(
    const dnnl::engine& engine, const dnnl::memory::desc& src, const dnnl::memory::desc& diff_weights,
    const dnnl::memory::desc& diff_bias, const dnnl::memory::desc& diff_dst, const dnnl::primitive_attr& attr,
    const dnnl::inner_product_forward::primitive_desc& forward);

dnnl::eltwise_forward::primitive_desc eltwise_forward_desc(const dnnl::engine& engine, const Eltwise& eltwise,
                                                           const dnnl::memory::desc& data,
                                                           const dnnl::primitive_attr& attr);

dnnl::eltwise_backward::primitive_desc eltwise_backward_desc(const dnnl::engine& engine, const Eltwise& eltwise,
                                                             const dnnl::memory::desc& data,
                                                             const dnnl::primitive_attr& attr,
                                                             const dnnl::eltwise_forward::primitive_desc& forward);

}  // namespace strata::kernels::onednn
