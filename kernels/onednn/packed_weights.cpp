#include "kernels/onednn/packed_weights.h"

#include <algorithm>

#include "core/error.h"
#include "kernels/onednn/packed_weights_impl.h"

namespace strata::kernels::onednn {

using dnnl::memory;

PackedWeights::Impl::Impl(const Context::Impl& owner, MatrixView<const float> weights)
    : context(owner),
      fp32({{static_cast<memory::dim>(weights.columns()), static_cast<memory::dim>(weights.rows())},
            memory::data_type::f32,
            memory::format_tag::ba},
           owner.engine, const_cast<float*>(weights.data())) {}

const memory& PackedWeights::Impl::in(const memory::desc& desc) {
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

}  // namespace strata::kernels::onednn
