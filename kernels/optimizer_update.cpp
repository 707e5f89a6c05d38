#include "kernels/optimizer_update.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizer_update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cassert>

#include "kernels/optimizer_update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using States = std::array<std::span<float>, kMaxStateSlots>;

/// Elements first, first + Lanes(d), … as long as whole vectors fit; returns where it stopped. The update is a copy,
/// which no store to weights can change, so that its scalars stay in registers.
template <class R, class D>
std::size_t update_from(D d, std::size_t first, const OptimizerUpdate update, std::span<float> weights,
                        std::span<const float> gradient, const States& state) {
  const std::size_t lanes = hn::Lanes(d);
  const bool clips = update.clips();
  std::size_t i = first;
  for (; i + lanes <= weights.size(); i += lanes) {
    auto w = hn::LoadU(d, weights.data() + i);
    auto g = hn::LoadU(d, gradient.data() + i);
    if (clips) {
      g = clipped(d, update, g);
    }
    decay_weights(d, update, g, w);
    const auto load = [&](std::size_t slot)
                          HWY_ATTR { return slot < R::kSlots ? hn::LoadU(d, state[slot].data() + i) : hn::Zero(d); };
    auto s0 = load(0);
    auto s1 = load(1);
    auto s2 = load(2);
    R::apply(d, update, g, w, s0, s1, s2);
    hn::StoreU(w, d, weights.data() + i);
    if constexpr (R::kSlots > 0) {
      hn::StoreU(s0, d, state[0].data() + i);
    }
    if constexpr (R::kSlots > 1) {
      hn::StoreU(s1, d, state[1].data() + i);
    }
    if constexpr (R::kSlots > 2) {
      hn::StoreU(s2, d, state[2].data() + i);
    }
  }
  return i;
}

void ApplyUpdate(const OptimizerUpdate& update, std::span<float> weights, std::span<const float> gradient,
                 const States& state) {
  visit_rule(update.rule, [&]<class R>(R) HWY_ATTR {
    const std::size_t whole = update_from<R>(hn::ScalableTag<float>(), 0, update, weights, gradient, state);
    update_from<R>(hn::CappedTag<float, 1>(), whole, update, weights, gradient, state);
  });
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(ApplyUpdate);

void apply_update(const OptimizerUpdate& update, std::span<float> weights, std::span<const float> gradient,
                  const std::array<std::span<float>, kMaxStateSlots>& state) {
  assert(weights.size() == gradient.size());
  STRATA_DISPATCH(ApplyUpdate)(update, weights, gradient, state);
}

}  // namespace strata::kernels
#endif
