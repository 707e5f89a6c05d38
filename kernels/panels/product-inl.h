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
#include "kernels/panels/line-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::panels::HWY_NAMESPACE {

/// Terms that a turn of the loop takes; rows of a tile of three and of two panels, where registers allow them, and of
/// one panel.
#if HWY_TARGET <= HWY_AVX3
inline constexpr int kTermsUnrolled = 2;
inline constexpr std::size_t kTripleRows = 8;
inline constexpr std::size_t kPairRows = 12;
inline constexpr std::size_t kSingleRows = 24;
#elif HWY_TARGET <= HWY_AVX2 || HWY_ARCH_ARM
inline constexpr int kTermsUnrolled = 1;
inline constexpr std::size_t kTripleRows = 0;
inline constexpr std::size_t kPairRows = 0;
inline constexpr std::size_t kSingleRows = 6;
#else
inline constexpr int kTermsUnrolled = 1;
inline constexpr std::size_t kTripleRows = 0;
inline constexpr std::size_t kPairRows = 0;
inline constexpr std::size_t kSingleRows = 2;
#endif

/// Blocks of terms from a line's fetching to its use.
inline constexpr std::size_t kBlocksAhead = 2;

/// The vectors of a result's row, panel by panel.
HWY_INLINE float* result_vector(const Product& p, std::size_t row, std::size_t panel, std::size_t v) {
  return p.dst.at(panel + v / kVectors, row) + (v % kVectors) * kLanes;
}

/// One tile: rows row … row + kRows - 1, panels panel … panel + kPanels - 1, the last one narrow or whole, over some
/// blocks of terms. The first blocks start from the initial values, later ones from what the blocks before them left in
/// dst. The first tile to read its rows fetches them kBlocksAhead blocks ahead, as another core may have written them.
template <std::size_t kRows, std::size_t kPanels, bool kNarrow>
HWY_NOINLINE void product_tile(const Product& p, std::size_t row, std::size_t panel, Range blocks, bool first) {
  const D d;
  const H half;
  constexpr bool kHalf = kNarrow && kHalfVector;
  constexpr std::size_t kAcross = vectors_of(kPanels, kNarrow);
  const std::size_t panel_stride = padded(p.terms) * kWidth;
  const float* HWY_RESTRICT weights = p.weights + panel * panel_stride + blocks.first * kWidth * kWidth;
  const auto start = [&](auto tag, std::size_t r, std::size_t v) HWY_ATTR {
    return blocks.first > 0       ? hn::Load(tag, result_vector(p, row + r, panel, v))
           : p.initial != nullptr ? hn::Load(tag, p.initial + panel * kWidth + v * kLanes)
                                  : hn::Zero(tag);
  };
  V acc[kRows][kAcross > 0 ? kAcross : 1];
  hn::Vec<H> acc_half[kRows];
  HWY_UNROLL(24)
  for (std::size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kAcross; ++v) {
      acc[r][v] = start(d, r, v);
    }
    if constexpr (kHalf) {
      acc_half[r] = start(half, r, kAcross);
    }
  }
  for (std::size_t block = blocks.first; block < blocks.last; ++block) {
    const float* HWY_RESTRICT src = p.src.at(block, row);
    const std::size_t terms = p.terms - block * kWidth < kWidth ? p.terms - block * kWidth : kWidth;
    if (first && block + kBlocksAhead < blocks.last) {
      for (std::size_t r = 0; r < kRows; ++r) {
        __builtin_prefetch(p.src.at(block + kBlocksAhead, row + r));
      }
    }
    const auto add_term = [&](std::size_t k) HWY_ATTR {
      V w[kAcross > 0 ? kAcross : 1];
      hn::Vec<H> w_half;
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kAcross; ++v) {
        w[v] = hn::Load(d, weights + (v / kVectors) * panel_stride + (v % kVectors) * kLanes);
      }
      if constexpr (kHalf) {
        w_half = hn::Load(half, weights + kAcross / kVectors * panel_stride);
      }
      HWY_UNROLL(24)
      for (std::size_t r = 0; r < kRows; ++r) {
        const V x = hn::Set(d, src[r * kWidth + k]);
        HWY_UNROLL(8)
        for (std::size_t v = 0; v < kAcross; ++v) {
          acc[r][v] = hn::MulAdd(x, w[v], acc[r][v]);
        }
        if constexpr (kHalf) {
          acc_half[r] = hn::MulAdd(hn::LowerHalf(half, x), w_half, acc_half[r]);
        }
      }
      weights += kWidth;
    };
    // A count that the compiler knows: with one that it does not, turns of two terms ask after each whether to end,
    // which costs a product of few rows one point of its share of peak.
    if (terms == kWidth) {
      HWY_UNROLL(kTermsUnrolled)
      for (std::size_t k = 0; k < kWidth; ++k) {
        add_term(k);
      }
    } else {
      for (std::size_t k = 0; k < terms; ++k) {
        add_term(k);
      }
    }
  }
  HWY_UNROLL(24)
  for (std::size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < kAcross; ++v) {
      hn::Store(acc[r][v], d, result_vector(p, row + r, panel, v));
    }
    if constexpr (kHalf) {
      hn::Store(acc_half[r], half, result_vector(p, row + r, panel, kAcross));
    }
  }
}

using ProductTile = void (*)(const Product&, std::size_t row, std::size_t panel, Range blocks, bool first);

/// product_tile for 1 … sizeof...(n) rows.
template <std::size_t kPanels, bool kNarrow, std::size_t... n>
constexpr std::array<ProductTile, sizeof...(n)> product_tiles(std::index_sequence<n...>) {
  return {product_tile<n + 1, kPanels, kNarrow>...};
}

/// A range in nearly equal parts of at most `most`.
template <class Part>
HWY_INLINE void for_parts(Range whole, std::size_t most, Part&& part) {
  const std::size_t parts = (whole.size() + most - 1) / most;
  for (std::size_t i = 0; i < parts; ++i) {
    part(Range{whole.first + whole.size() * i / parts, whole.first + whole.size() * (i + 1) / parts});
  }
}

}  // namespace strata::kernels::panels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
