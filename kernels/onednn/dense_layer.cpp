#include "kernels/onednn/dense_layer.h"

#include <algorithm>
#include <deque>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <utility>

#include "core/error.h"
#include "kernels/onednn/primitives.h"

namespace strata::kernels::onednn {

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

struct PackedWeights::Impl {
  struct Copy {
    dnnl::memory::desc desc;
    AlignedVector<Bf16> values;  ///< zero where the layout pads
    dnnl::memory memory;
    std::optional<PairedBlocks> blocks;  ///< a layout of our own kernel
    dnnl::reorder reorder;               ///< for any other layout
  };

  const Context::Impl& context;
  dnnl::memory fp32;
  std::deque<Copy> copies;  ///< addresses stay

  Impl(const Context::Impl& owner, MatrixView<const float> weights)
      : context(owner),
        fp32({{static_cast<memory::dim>(weights.columns()), static_cast<memory::dim>(weights.rows())},
              memory::data_type::f32,
              memory::format_tag::ba},
             owner.engine, const_cast<float*>(weights.data())) {}

  /// The copy of that layout, made if it is not there yet.
  const memory& in(const memory::desc& desc) {
    const auto found = std::ranges::find(copies, desc, &Copy::desc);
    if (found != copies.end()) {
      return found->memory;
    }
    Copy& copy = copies.emplace_back();
    copy.desc = desc;
    copy.values.assign((desc.get_size() + sizeof(Bf16) - 1) / sizeof(Bf16), Bf16{});
    copy.memory = memory(desc, context.engine, copy.values.data());
    copy.blocks = paired_blocks(desc);
    if (!copy.blocks) {
      copy.reorder = dnnl::reorder(fp32, copy.memory);
    }
    return copy.memory;
  }
};

PackedWeights::PackedWeights(Context& context, MatrixView<const float> weights)
    : weights_(weights), impl_(std::make_unique<Impl>(*context.impl_, weights)) {}

PackedWeights::~PackedWeights() = default;
PackedWeights::PackedWeights(PackedWeights&&) noexcept = default;
PackedWeights& PackedWeights::operator=(PackedWeights&&) noexcept = default;

void PackedWeights::pack(std::size_t first, std::size_t last) {
  for (Impl::Copy& copy : impl_->copies) {
    if (copy.blocks) {
      pack_bf16(weights_, first, last, *copy.blocks, copy.values.data());
    }
  }
}

void PackedWeights::pack_others() try {
  for (Impl::Copy& copy : impl_->copies) {
    if (!copy.blocks) {
      copy.reorder.execute(impl_->context.stream, impl_->fp32, copy.memory);
    }
  }
} catch (const dnnl::error& error) {
  throw failed_error("oneDNN cannot convert weights of {} inputs and {} outputs to bf16: {}", inputs(), outputs(),
                     error.what());
}

namespace {

memory::dim dim(std::size_t size) { return static_cast<memory::dim>(size); }

memory::data_type type_of(Precision precision) {
  return precision == Precision::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
}

dnnl::primitive_attr user_scratchpad() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

/// The tensors' formats. oneDNN chooses that of bf16 weights, as its matrix products need pairs of inputs side by side;
/// fp32 weights and all weight gradients are (inputs, outputs), as updates want them.
struct Formats {
  explicit Formats(const DenseShape& shape)
      : src({dim(shape.batch), dim(shape.inputs)}, type_of(shape.precision), memory::format_tag::ab),
        weights({dim(shape.outputs), dim(shape.inputs)}, type_of(shape.precision),
                shape.precision == Precision::bf16 ? memory::format_tag::any : memory::format_tag::ba),
        diff_weights({dim(shape.outputs), dim(shape.inputs)}, memory::data_type::f32, memory::format_tag::ba),
        bias({dim(shape.outputs)}, memory::data_type::f32, memory::format_tag::a),
        dst({dim(shape.batch), dim(shape.outputs)}, type_of(shape.dst_precision), memory::format_tag::ab),
        diff_dst({dim(shape.batch), dim(shape.outputs)}, type_of(shape.precision), memory::format_tag::ab) {}

  memory::desc src;
  memory::desc weights;
  memory::desc diff_weights;
  memory::desc bias;
  memory::desc dst;
  memory::desc diff_dst;
};

}  // namespace

struct DenseLayer::Impl {
  /// A primitive with its arguments, ready to run without allocating anything.
  struct Call {
    std::string_view operation;
    dnnl::primitive primitive;
    std::vector<dnnl_exec_arg_t> arguments;
  };
  using Product = dnnl::inner_product_forward::primitive_desc;

  dnnl::engine engine;
  dnnl::stream stream;
  Formats formats;
  DenseBuffers buffers;
  EltwiseChain chain;
  dnnl::primitive_attr attr = user_scratchpad();
  std::vector<AlignedVector<std::byte>> own;  ///< results between operations, and scratchpads
  std::vector<memory> memories;               ///< keeps the arguments' handles alive
  std::vector<memory> values;  ///< [0] is the product's result, [i] that of operation i - 1; the last one is dst
  std::vector<Call> forward;
  std::vector<Call> backward;

  Impl(const Context::Impl& context, const DenseShape& shape, const DenseBuffers& where)
      : engine(context.engine),
        stream(context.stream),
        formats(shape),
        buffers(where),
        chain(eltwise_chain(shape.activation)) {
    const Product product = add_forward();
    if (buffers.diff_dst != nullptr) {
      add_eltwise_backward();
      if (buffers.diff_weights != nullptr) {
        add_backward_weights(product);
      }
      if (buffers.diff_src != nullptr) {
        add_backward_data(product);
      }
    }
  }

  Product add_forward() {
    const std::size_t separate = chain.fused ? 0 : chain.operations.size();
    for (std::size_t i = 0; i < separate; ++i) {
      values.push_back(own_memory(formats.dst));
    }
    values.push_back(wrap(formats.dst, buffers.dst));

    dnnl::primitive_attr product_attr = user_scratchpad();
    if (chain.fused) {
      dnnl::post_ops post_ops;
      append_eltwise(post_ops, chain.operations[0]);
      product_attr.set_post_ops(post_ops);
    }
    const bool training = buffers.diff_dst != nullptr;
    Product product =
        forward_desc(engine, training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference,
                     formats.src, formats.weights, formats.bias, formats.dst, product_attr);
    add(forward, "forward", dnnl::inner_product_forward(product), product.scratchpad_desc(),
        {{DNNL_ARG_SRC, wrap(formats.src, buffers.src)},
         {DNNL_ARG_WEIGHTS, weights_in(product.weights_desc())},
         {DNNL_ARG_BIAS, wrap(formats.bias, buffers.bias)},
         {DNNL_ARG_DST, values[0]}});
    for (std::size_t i = 0; i < separate; ++i) {
      const auto desc = eltwise_forward_desc(engine, chain.operations[i], formats.dst, attr);
      add(forward, "activation", dnnl::eltwise_forward(desc), desc.scratchpad_desc(),
          {{DNNL_ARG_SRC, values[i]}, {DNNL_ARG_DST, values[i + 1]}});
    }
    return product;
  }

  void add_eltwise_backward() {
    const memory diff_dst = wrap(formats.diff_dst, buffers.diff_dst);
    for (std::size_t i = chain.operations.size(); i-- > 0;) {
      const Eltwise& operation = chain.operations[i];
      const bool from_dst = derivative_from_dst(operation.algorithm);
      const memory& data = chain.fused ? values[0] : values[from_dst ? i + 1 : i];
      const auto desc = eltwise_backward_desc(engine, operation, formats.dst, attr,
                                              eltwise_forward_desc(engine, operation, formats.dst, attr));
      add(backward, "activation backward", dnnl::eltwise_backward(desc), desc.scratchpad_desc(),
          {{from_dst ? DNNL_ARG_DST : DNNL_ARG_SRC, data},
           {DNNL_ARG_DIFF_DST, diff_dst},
           {DNNL_ARG_DIFF_SRC, diff_dst}});
    }
  }

  void add_backward_weights(const Product& product) {
    const auto desc =
        backward_weights_desc(engine, formats.src, formats.diff_weights, formats.bias, formats.diff_dst, attr, product);
    add(backward, "backward weights", dnnl::inner_product_backward_weights(desc), desc.scratchpad_desc(),
        {{DNNL_ARG_SRC, wrap(formats.src, buffers.src)},
         {DNNL_ARG_DIFF_DST, wrap(formats.diff_dst, buffers.diff_dst)},
         {DNNL_ARG_DIFF_WEIGHTS, wrap(formats.diff_weights, buffers.diff_weights)},
         {DNNL_ARG_DIFF_BIAS, wrap(formats.bias, buffers.diff_bias)}});
  }

  void add_backward_data(const Product& product) {
    const auto desc = backward_data_desc(engine, formats.src, formats.weights, formats.diff_dst, attr, product);
    add(backward, "backward data", dnnl::inner_product_backward_data(desc), desc.scratchpad_desc(),
        {{DNNL_ARG_DIFF_DST, wrap(formats.diff_dst, buffers.diff_dst)},
         {DNNL_ARG_WEIGHTS, weights_in(desc.weights_desc())},
         {DNNL_ARG_DIFF_SRC, wrap(formats.src, buffers.diff_src)}});
  }

  memory weights_in(const memory::desc& desc) {
    return buffers.packed != nullptr ? buffers.packed->impl_->in(desc) : wrap(desc, buffers.weights);
  }

  memory wrap(const memory::desc& desc, void* data) {
    memories.emplace_back(desc, engine, data);
    return memories.back();
  }

  /// Memory of the layer's own.
  memory own_memory(const memory::desc& desc) {
    own.emplace_back(desc.get_size(), std::byte{});
    return wrap(desc, own.back().data());
  }

  void add(std::vector<Call>& calls, std::string_view operation, dnnl::primitive primitive,
           const memory::desc& scratchpad, const std::vector<std::pair<int, memory>>& arguments) {
    Call call{operation, std::move(primitive), {}};
    for (const auto& [index, argument] : arguments) {
      call.arguments.push_back({index, argument.get()});
    }
    if (scratchpad.get_size() != 0) {
      call.arguments.push_back({DNNL_ARG_SCRATCHPAD, own_memory(scratchpad).get()});
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

std::vector<Implementation> DenseLayer::implementations() const {
  std::vector<Implementation> all;
  for (const auto* calls : {&impl_->forward, &impl_->backward}) {
    for (const Impl::Call& call : *calls) {
      const char* name = nullptr;
      dnnl_primitive_desc_query(call.primitive.get_primitive_desc(), dnnl_query_impl_info_str, 0,
                                static_cast<void*>(&name));
      all.push_back({call.operation, name == nullptr ? "" : name});
    }
  }
  return all;
}

void DenseLayer::forward() { impl_->run(impl_->forward); }

void DenseLayer::backward() { impl_->run(impl_->backward); }

}  // namespace strata::kernels::onednn
