// A register tile of a product: some rows x one or two panels, one chain of fused multiply-adds for each element.

// Per-target include guard.
#if defined(STRATA_KERNELS_PANELS_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_PANELS_PRODUCT_INL_H_
#undef STRATA_KERNELS_PANELS_PRODUCT_INL_H_
#else
#define STRATA_KERNELS_PANELS_PRODUCT_INL_H_
#endif

#include <hwy/highway.h>

#include <utility>

#include "kernels/panels/dense.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::panels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kWidth>;
using V = hn::Vec<D>;

/// Vectors that make up a line of 16 floats.
inline constexpr std::size_t kLanes = hn::MaxLanes(D());
inline constexpr std::size_t kVectors = kWidth / kLanes;

/// Rows of a tile of two panels, where registers allow two, and of one panel.
#if HWY_TARGET <= HWY_AVX3
inline constexpr std::size_t kPairRows = 12;
inline constexpr std::size_t kSingleRows = 24;
#elif HWY_TARGET <= HWY_AVX2 || HWY_ARCH_ARM
inline constexpr std::size_t kPairRows = 0;
inline constexpr std::size_t kSingleRows = 6;
#else
inline constexpr std::size_t kPairRows = 0;
inline constexpr std::size_t kSingleRows = 2;
#endif

/// One tile: rows row … row + kRows - 1, panels panel … panel + kPanels - 1.
template <std::size_t kRows, std::size_t kPanels>
HWY_NOINLINE void product_tile(const Product& p, std::size_t row, std::size_t panel) {
  const D d;
  constexpr std::size_t kAcross = kPanels * kVectors;
  const std::size_t panel_stride = padded(p.terms) * kWidth;
  const float* HWY_RESTRICT weights = p.weights + panel * panel_stride;
  V acc[kRows][kAcross];
  HWY_UNROLL(24)
  for (std::size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kAcross; ++v) {
      acc[r][v] = p.initial != nullptr ? hn::Load(d, p.initial + panel * kWidth + v * kLanes) : hn::Zero(d);
    }
  }
  for (std::size_t block = 0; block * kWidth < p.terms; ++block) {
    const float* HWY_RESTRICT src = p.src.at(block, row);
    const std::size_t terms = p.terms - block * kWidth < kWidth ? p.terms - block * kWidth : kWidth;
    for (std::size_t k = 0; k < terms; ++k) {
      V w[kAcross];
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kAcross; ++v) {
        w[v] = hn::Load(d, weights + (v / kVectors) * panel_stride + (v % kVectors) * kLanes);
      }
      HWY_UNROLL(24)
      for (std::size_t r = 0; r < kRows; ++r) {
        const V x = hn::Set(d, src[r * kWidth + k]);
        HWY_UNROLL(8)
        for (std::size_t v = 0; v < kAcross; ++v) {
          acc[r][v] = hn::MulAdd(x, w[v], acc[r][v]);
        }
      }
      weights += kWidth;
    }
  }
  HWY_UNROLL(24)
  for (std::size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kAcross; ++v) {
      hn::Store(acc[r][v], d, p.dst.at(panel + v / kVectors, row + r) + (v % kVectors) * kLanes);
    }
  }
}

using ProductTile = void (*)(const Product&, std::size_t row, std::size_t panel);

/// product_tile for 1 … sizeof...(n) rows.
template <std::size_t kPanels, std::size_t... n>
constexpr std::array<ProductTile, sizeof...(n)> product_tiles(std::index_sequence<n...>) {
  return {product_tile<n + 1, kPanels>...};
}

/// Rows in nearly equal tiles of at most `most`: no short one, whose few chains would leave the multipliers idle.
template <class Tile>
HWY_INLINE void for_row_tiles(Range rows, std::size_t most, Tile&& tile) {
  const std::size_t tiles = (rows.size() + most - 1) / most;
  for (std::size_t t = 0; t < tiles; ++t) {
    const std::size_t first = rows.first + rows.size() * t / tiles;
    tile(first, rows.first + rows.size() * (t + 1) / tiles - first);
  }
}

}  // namespace strata::kernels::panels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
