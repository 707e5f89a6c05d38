#include "kernels/bf16.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bf16.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cassert>

#include "kernels/bf16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Elements first, first + Lanes(d), … as long as whole vectors fit; returns where it stopped.
template <class D>
std::size_t round_from(D d, std::size_t first, std::span<const float> src, std::span<Bf16> dst) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = first;
  for (; i + lanes <= src.size(); i += lanes) {
    store_as(d, hn::LoadU(d, src.data() + i), dst.data() + i);
  }
  return i;
}

void RoundToBf16(std::span<const float> src, std::span<Bf16> dst) {
  const std::size_t whole = round_from(hn::ScalableTag<float>(), 0, src, dst);
  round_from(hn::CappedTag<float, 1>(), whole, src, dst);
}

/// One pair of inputs in one block: outputs first, first + Lanes(d), … as long as whole vectors fit; returns where it
/// stopped. `odd` is null where the pair has no second input.
template <class D>
std::size_t pack_pair_from(D d, std::size_t first, const float* HWY_RESTRICT even, const float* HWY_RESTRICT odd,
                           std::size_t outputs, Bf16* HWY_RESTRICT pair) {
  const hn::RebindToUnsigned<D> du;
  const auto upper = hn::Set(du, 0xFFFF0000U);
  const std::size_t lanes = hn::Lanes(d);
  std::size_t o = first;
  for (; o + lanes <= outputs; o += lanes) {
    const auto low = hn::ShiftRight<16>(rounded_upper_half(d, hn::LoadU(d, even + o)));
    const auto high = odd == nullptr ? hn::Zero(du) : hn::And(rounded_upper_half(d, hn::LoadU(d, odd + o)), upper);
    hn::StoreU(hn::Or(low, high), du, reinterpret_cast<std::uint32_t*>(pair + 2 * o));
  }
  return o;
}

void PackBf16(MatrixView<const float> weights, std::size_t first, std::size_t last, const PairedBlocks& layout,
              Bf16* packed) {
  for (std::size_t i = first; i < last; i += 2) {
    const bool both = i + 1 < weights.rows();
    Bf16* pair = packed + layout.index(i, 0);
    for (std::size_t o = 0; o < weights.columns(); o += layout.block_outputs, pair += layout.output_stride) {
      const std::size_t outputs = std::min(layout.block_outputs, weights.columns() - o);
      const float* even = weights.row(i) + o;
      const float* odd = both ? weights.row(i + 1) + o : nullptr;
      const std::size_t whole = pack_pair_from(hn::CappedTag<float, kPairedOutputs>(), 0, even, odd, outputs, pair);
      pack_pair_from(hn::CappedTag<float, 1>(), whole, even, odd, outputs, pair);
    }
  }
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(RoundToBf16);
STRATA_EXPORT(PackBf16);

void round_to_bf16(std::span<const float> src, std::span<Bf16> dst) {
  assert(src.size() == dst.size());
  STRATA_DISPATCH(RoundToBf16)(src, dst);
}

void pack_bf16(MatrixView<const float> weights, std::size_t first, std::size_t last, const PairedBlocks& layout,
               Bf16* packed) {
  assert(first % 2 == 0 && last <= weights.rows() && (last % 2 == 0 || last == weights.rows()));
  assert(layout.block_inputs % 2 == 0 && layout.block_outputs % kPairedOutputs == 0);
  STRATA_DISPATCH(PackBf16)(weights, first, last, layout, packed);
}

}  // namespace strata::kernels
#endif
