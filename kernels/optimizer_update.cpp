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

/// Elements first, first + Lanes(d), … as long as whole vectors fit; returns where it stopped.
template <class R, bool kClips, class D>
std::size_t update_from(D d, std::size_t first, const OptimizerUpdate& update, std::span<float> weights,
                        std::span<const float> gradient, const States& state) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = first;
  for (; i + lanes <= weights.size(); i += lanes) {
    auto w = hn::LoadU(d, weights.data() + i);
    auto s0 = hn::Zero(d);
    auto s1 = hn::Zero(d);
    if constexpr (R::kSlots > 0) {
      s0 = hn::LoadU(d, state[0].data() + i);
    }
    if constexpr (R::kSlots > 1) {
      s1 = hn::LoadU(d, state[1].data() + i);
    }
    auto g = hn::LoadU(d, gradient.data() + i);
    if constexpr (kClips) {
      g = clipped(d, update, g);
    }
    R::apply(d, update, g, w, s0, s1);
    hn::StoreU(w, d, weights.data() + i);
    if constexpr (R::kSlots > 0) {
      hn::StoreU(s0, d, state[0].data() + i);
    }
    if constexpr (R::kSlots > 1) {
      hn::StoreU(s1, d, state[1].data() + i);
    }
  }
  return i;
}

template <class R, bool kClips>
void update_all(const OptimizerUpdate& update, std::span<float> weights, std::span<const float> gradient,
                const States& state) {
  const std::size_t whole = update_from<R, kClips>(hn::ScalableTag<float>(), 0, update, weights, gradient, state);
  update_from<R, kClips>(hn::CappedTag<float, 1>(), whole, update, weights, gradient, state);
}

void ApplyUpdate(const OptimizerUpdate& update, std::span<float> weights, std::span<const float> gradient,
                 const States& state) {
  visit_rule(update.rule, [&]<class R>(R) HWY_ATTR {
    if (update.clips()) {
      update_all<R, true>(update, weights, gradient, state);
    } else {
      update_all<R, false>(update, weights, gradient, state);
    }
  });
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

HWY_EXPORT(ApplyUpdate);

void apply_update(const OptimizerUpdate& update, std::span<float> weights, std::span<const float> gradient,
                  const std::array<std::span<float>, kMaxStateSlots>& state) {
  assert(weights.size() == gradient.size());
  HWY_DYNAMIC_DISPATCH(ApplyUpdate)(update, weights, gradient, state);
}

}  // namespace strata::kernels
#endif
