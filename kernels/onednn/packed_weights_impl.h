// What a dense layer sees of its packed weights. Internal to this folder.
#pragma once

#include <deque>
#include <optional>

#include "kernels/bf16.h"
#include "kernels/onednn/context.h"
#include "kernels/onednn/packed_weights.h"
#include "kernels/onednn/primitives.h"

namespace strata::kernels::onednn {

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

  Impl(const Context::Impl& owner, MatrixView<const float> weights);

  /// The copy of that layout, made if it is not there yet.
  const dnnl::memory& in(const dnnl::memory::desc& desc);
};

}  // namespace strata::kernels::onednn
