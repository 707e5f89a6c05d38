// What the CPU makes of the layout: the vectors that a line of 16 floats takes, and what its second cache holds.

// Per-target include guard.
#if defined(STRATA_KERNELS_PANELS_LINE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_PANELS_LINE_INL_H_
#undef STRATA_KERNELS_PANELS_LINE_INL_H_
#else
#define STRATA_KERNELS_PANELS_LINE_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/cache.h"
#include "kernels/panels/dense.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::panels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kWidth>;
using V = hn::Vec<D>;

inline constexpr std::size_t kLanes = hn::MaxLanes(D());
inline constexpr std::size_t kVectors = kWidth / kLanes;

/// Of a narrow panel half a line is computed, as whole vectors or as one of half the lanes.
using H = hn::Half<D>;
inline constexpr bool kHalfVector = kLanes > kWidth / 2;
/// Whole vectors of so many panels that are computed.
constexpr std::size_t vectors_of(std::size_t panels, bool narrow) {
  return panels * kVectors - (narrow ? (kVectors + 1) / 2 : 0);
}

/// Floats that stay in a core's second cache beside what streams through it.
inline std::size_t near_floats() { return second_cache_bytes() / 2 / sizeof(float); }

}  // namespace strata::kernels::panels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
