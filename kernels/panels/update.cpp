#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/panels/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>

#include "kernels/optimizer_update-inl.h"
#include "kernels/panels/dense.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::panels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kWidth>;
using V = hn::Vec<D>;

inline constexpr std::size_t kLanes = hn::MaxLanes(D());
inline constexpr std::size_t kVectors = kWidth / kLanes;

/// Rows that a gradient sums in one chain; blocks of them are added in a tree.
inline constexpr std::size_t kRowBlock = 64;

/// Inputs of a register tile beside one panel and beside two; each divides 16.
#if HWY_TARGET <= HWY_AVX3
inline constexpr std::size_t kSingleInputs = 16;
inline constexpr std::size_t kPairInputs = 8;
#elif HWY_TARGET <= HWY_AVX2 || HWY_ARCH_ARM
inline constexpr std::size_t kSingleInputs = 4;
inline constexpr std::size_t kPairInputs = 0;
#else
inline constexpr std::size_t kSingleInputs = 2;
inline constexpr std::size_t kPairInputs = 0;
#endif

/// Gradients of kInputs inputs x kPanels panels, in registers.
template <std::size_t kInputs, std::size_t kPanels>
struct Tile {
  static constexpr std::size_t kAcross = kPanels * kVectors;
  V sum[kInputs][kAcross];

  HWY_INLINE Tile() {}  // NOLINT(modernize-use-equals-default): the implied one is compiled for the baseline on arm64

  /// One chain for each element over `rows` rows; src at the tile's first input, src_step floats from row to row.
  HWY_INLINE void sum_block(const float* HWY_RESTRICT src, std::size_t src_step, const float* HWY_RESTRICT diff,
                            std::size_t panel_stride, std::size_t rows) {
    const D d;
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kInputs; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kAcross; ++v) {
        sum[i][v] = hn::Zero(d);
      }
    }
    for (std::size_t row = 0; row < rows; ++row) {
      V dy[kAcross];
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kAcross; ++v) {
        dy[v] = hn::Load(d, diff + (v / kVectors) * panel_stride + (v % kVectors) * kLanes);
      }
      HWY_UNROLL(16)
      for (std::size_t i = 0; i < kInputs; ++i) {
        const V x = hn::Set(d, src[i]);
        HWY_UNROLL(8)
        for (std::size_t v = 0; v < kAcross; ++v) {
          sum[i][v] = hn::MulAdd(x, dy[v], sum[i][v]);
        }
      }
      src += src_step;
      diff += kWidth;
    }
  }

  HWY_INLINE void store(float* to) const {
    for (std::size_t i = 0; i < kInputs; ++i) {
      for (std::size_t v = 0; v < kAcross; ++v) {
        hn::Store(sum[i][v], D(), to + (i * kAcross + v) * kLanes);
      }
    }
  }

  HWY_INLINE void add_from(const float* left) {
    for (std::size_t i = 0; i < kInputs; ++i) {
      for (std::size_t v = 0; v < kAcross; ++v) {
        sum[i][v] = hn::Add(hn::Load(D(), left + (i * kAcross + v) * kLanes), sum[i][v]);
      }
    }
  }
};

/// The tree of row blocks: whole subtrees wait on a stack, as a binary counter's digits; left + right.
template <std::size_t kInputs, std::size_t kPanels>
HWY_INLINE void sum_rows(Tile<kInputs, kPanels>& tile, const float* src, std::size_t src_step, const float* diff,
                         std::size_t panel_stride, std::size_t rows) {
  constexpr std::size_t kFloats = kInputs * kPanels * kWidth;
  constexpr std::size_t kLevels = 32;
  if (rows <= kRowBlock) {
    tile.sum_block(src, src_step, diff, panel_stride, rows);
    return;
  }
  HWY_ALIGN float stack[kLevels * kFloats];
  std::size_t height = 0;
  for (std::size_t first = 0, block = 1; first < rows; first += kRowBlock, ++block) {
    tile.sum_block(src + first * src_step, src_step, diff + first * kWidth, panel_stride,
                   std::min(kRowBlock, rows - first));
    const bool last = first + kRowBlock >= rows;
    // A finished block closes as many subtrees as its number has trailing zeros; the last one closes all.
    for (auto closing = last ? height : static_cast<std::size_t>(std::countr_zero(block)); closing > 0; --closing) {
      tile.add_from(stack + --height * kFloats);
    }
    if (!last) {
      tile.store(stack + height++ * kFloats);
    }
  }
}

/// Applies any update to `count` weights from `index` on.
void update_span(const OptimizerUpdate& update, const float* gradient, float* weights,
                 const std::array<float*, kMaxStateSlots>& state, std::size_t index, std::size_t count) {
  std::array<std::span<float>, kMaxStateSlots> spans;
  for (std::size_t slot = 0; slot < spans.size(); ++slot) {
    if (state[slot] != nullptr) {
      spans[slot] = {state[slot] + index, count};
    }
  }
  apply_update(update, {weights + index, count}, {gradient, count}, spans);
}

/// to[c][r] = from[r][c] for 16 x 16 floats, rows of 16, by 4 x 4 in registers.
HWY_INLINE void transpose(const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < kWidth * kWidth; ++i) {
    to[i % kWidth * kWidth + i / kWidth] = from[i];
  }
#else
  const hn::FixedTag<float, 4> d;
  const hn::FixedTag<double, 2> pairs;
  for (std::size_t r = 0; r < kWidth; r += 4) {
    for (std::size_t c = 0; c < kWidth; c += 4) {
      const float* block = from + r * kWidth + c;
      const auto a = hn::Load(d, block);
      const auto b = hn::Load(d, block + kWidth);
      const auto e = hn::Load(d, block + 2 * kWidth);
      const auto f = hn::Load(d, block + 3 * kWidth);
      const auto ab_low = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
      const auto ab_high = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
      const auto ef_low = hn::BitCast(pairs, hn::InterleaveLower(d, e, f));
      const auto ef_high = hn::BitCast(pairs, hn::InterleaveUpper(d, e, f));
      float* out = to + c * kWidth + r;
      hn::Store(hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ef_low)), d, out);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ef_low)), d, out + kWidth);
      hn::Store(hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ef_high)), d, out + 2 * kWidth);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ef_high)), d, out + 3 * kWidth);
    }
  }
#endif
}

/// Where a unit of 16 inputs x 16 outputs lies, in weights and in the transposed copy.
struct Unit {
  std::size_t panel;
  std::size_t block;
  std::size_t offset;      ///< of its first weight
  std::size_t transposed;  ///< of its first weight in the transposed copy
};

HWY_INLINE Unit unit_at(const LayerParameters& layer, std::size_t panel, std::size_t block) {
  return {panel, block, (panel * padded(layer.inputs) + block * kWidth) * kWidth,
          (block * padded(layer.outputs) + panel * kWidth) * kWidth};
}

/// Calls single(unit) for the units of a range and, where kPairs, pair(unit) for those whose neighbour in the next
/// panel is in the range too, that neighbour included.
template <bool kPairs, class Single, class Pair>
HWY_INLINE void for_units(const LayerParameters& layer, Range tiles, Single&& single, Pair&& pair) {
  const std::size_t blocks = blocks_of(layer.inputs);
  std::size_t tile = tiles.first;
  while (tile < tiles.last) {
    const std::size_t panel = tile / blocks;
    if (kPairs && tile % blocks == 0 && tile + 2 * blocks <= tiles.last) {
      for (std::size_t block = 0; block < blocks; ++block) {
        pair(unit_at(layer, panel, block));
      }
      tile += 2 * blocks;
    } else {
      const std::size_t end = std::min(tiles.last, (panel + 1) * blocks);
      for (; tile < end; ++tile) {
        single(unit_at(layer, panel, tile % blocks));
      }
    }
  }
}

/// The gradient of a panel's biases, as that of the weights of an input that is always 1: fma(1, g, s) rounds s + g
/// once.
HWY_INLINE Tile<1, 1> bias_gradient(Blocked diff_dst, std::size_t panel, std::size_t rows) {
  const float one = 1.0F;
  Tile<1, 1> tile;
  sum_rows(tile, &one, 0, diff_dst.at(panel, 0), 0, rows);
  return tile;
}

/// Sums tiles of one unit (two units of neighbouring panels where kPanels is 2) and hands every vector of gradients to
/// take(gradient, panel, index), index being its place among the unit's 256 weights.
template <std::size_t kInputs, std::size_t kPanels, class Take>
HWY_INLINE void sum_unit(Blocked src, Blocked diff_dst, std::size_t rows, Unit unit, Take&& take) {
  const std::size_t panel_stride = diff_dst.capacity * kWidth;
  for (std::size_t input = 0; input < kWidth; input += kInputs) {
    Tile<kInputs, kPanels> tile;
    sum_rows(tile, src.at(unit.block, 0) + input, kWidth, diff_dst.at(unit.panel, 0), panel_stride, rows);
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kInputs; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) {
        take(tile.sum[i][v], v / kVectors, (input + i) * kWidth + (v % kVectors) * kLanes);
      }
    }
  }
}

/// Brings the transposed copy of a unit up to date.
HWY_INLINE void transpose_unit(const LayerParameters& layer, Unit unit) {
  if (layer.transposed != nullptr) {
    transpose(layer.weights + unit.offset, layer.transposed + unit.transposed);
  }
}

/// One layer's fused update: By::unit<kInputs, kPanels> updates a unit's weights, By::bias a panel's biases.
template <class By>
HWY_INLINE void update_units(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, Range tiles,
                             const By& by) {
  const auto finish = [&](std::size_t panel, std::size_t block) HWY_ATTR {
    transpose_unit(layer, unit_at(layer, panel, block));
    if (block == 0) {
      by.bias(bias_gradient(diff_dst, panel, rows), panel);
    }
  };
  for_units<(kPairInputs > 0)>(
      layer, tiles,
      [&](Unit unit) HWY_ATTR {
        by.template unit<kSingleInputs, 1>(src, diff_dst, rows, unit);
        finish(unit.panel, unit.block);
      },
      [&](Unit unit) HWY_ATTR {
        if constexpr (kPairInputs > 0) {
          by.template unit<kPairInputs, 2>(src, diff_dst, rows, unit);
          finish(unit.panel, unit.block);
          finish(unit.panel + 1, unit.block);
        }
      });
}

/// Plain SGD, whose gradients never leave the registers.
struct InRegisters {
  LayerParameters layer;  // copies, which no store to weights can change: their scalars stay in registers
  OptimizerUpdate update;

  template <std::size_t kInputs, std::size_t kPanels>
  HWY_INLINE void unit(Blocked src, Blocked diff_dst, std::size_t rows, Unit unit) const {
    const std::size_t weights_stride = padded(layer.inputs) * kWidth;
    sum_unit<kInputs, kPanels>(src, diff_dst, rows, unit,
                               [&](V gradient, std::size_t panel, std::size_t index) HWY_ATTR {
                                 descend(gradient, layer.weights + unit.offset + panel * weights_stride + index);
                               });
  }

  HWY_INLINE void bias(const Tile<1, 1>& gradient, std::size_t panel) const {
    for (std::size_t v = 0; v < kVectors; ++v) {
      descend(gradient.sum[0][v], layer.bias + panel * kWidth + v * kLanes);
    }
  }

  HWY_INLINE void descend(V gradient, float* weights) const {
    const D d;
    V w = hn::Load(d, weights);
    V unused = hn::Zero(d);
    kernels::HWY_NAMESPACE::Rule<UpdateRule::sgd>::apply(d, update, gradient, w, unused, unused, unused);
    hn::Store(w, d, weights);
  }
};

/// Gradients of a unit wait in the nearest cache for an update of any rule: no slower where the rule keeps state, and
/// no code for each.
struct ThroughBuffer {
  const LayerParameters& layer;
  const OptimizerUpdate& update;

  template <std::size_t kInputs, std::size_t kPanels>
  HWY_INLINE void unit(Blocked src, Blocked diff_dst, std::size_t rows, Unit unit) const {
    HWY_ALIGN float gradients[kPanels][kWidth * kWidth];
    sum_unit<kInputs, kPanels>(src, diff_dst, rows, unit,
                               [&](V gradient, std::size_t panel, std::size_t index)
                                   HWY_ATTR { hn::Store(gradient, D(), gradients[panel] + index); });
    for (std::size_t panel = 0; panel < kPanels; ++panel) {
      update_span(update, gradients[panel], layer.weights, layer.weight_state,
                  unit.offset + panel * padded(layer.inputs) * kWidth, kWidth * kWidth);
    }
  }

  HWY_INLINE void bias(const Tile<1, 1>& gradient, std::size_t panel) const {
    HWY_ALIGN float gradients[kWidth];
    gradient.store(gradients);
    update_span(update, gradients, layer.bias, layer.bias_state, panel * kWidth, kWidth);
  }
};

void UpdateTiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                 const OptimizerUpdate& update, Range tiles) {
  if (update.rule == UpdateRule::sgd && update.weight_decay == WeightDecay::none && !update.clips()) {
    update_units(layer, src, diff_dst, rows, tiles, InRegisters{layer, update});
  } else {
    update_units(layer, src, diff_dst, rows, tiles, ThroughBuffer{layer, update});
  }
}

void GradientTiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, float* gradient,
                   float* gradient_of_bias, Range tiles) {
  for_units<false>(
      layer, tiles,
      [&](Unit unit) HWY_ATTR {
        sum_unit<kSingleInputs, 1>(src, diff_dst, rows, unit, [&](V sum, std::size_t, std::size_t index) HWY_ATTR {
          hn::Store(sum, D(), gradient + unit.offset + index);
        });
        if (unit.block == 0) {
          bias_gradient(diff_dst, unit.panel, rows).store(gradient_of_bias + unit.panel * kWidth);
        }
      },
      [](Unit) {});
}

void ApplyTiles(const LayerParameters& layer, const float* gradient, const float* gradient_of_bias,
                const OptimizerUpdate& update, Range tiles) {
  for_units<false>(
      layer, tiles,
      [&](Unit unit) HWY_ATTR {
        update_span(update, gradient + unit.offset, layer.weights, layer.weight_state, unit.offset, kWidth * kWidth);
        transpose_unit(layer, unit);
        if (unit.block == 0) {
          const std::size_t first = unit.panel * kWidth;
          update_span(update, gradient_of_bias + first, layer.bias, layer.bias_state, first, kWidth);
        }
      },
      [](Unit) {});
}

}  // namespace strata::kernels::panels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels::panels {

HWY_EXPORT(UpdateTiles);
HWY_EXPORT(GradientTiles);
HWY_EXPORT(ApplyTiles);

void update_tiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                  const OptimizerUpdate& update, Range tiles) {
  HWY_DYNAMIC_DISPATCH(UpdateTiles)(layer, src, diff_dst, rows, update, tiles);
}

void gradient_tiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, float* gradient,
                    float* bias_gradient, Range tiles) {
  HWY_DYNAMIC_DISPATCH(GradientTiles)(layer, src, diff_dst, rows, gradient, bias_gradient, tiles);
}

void apply_tiles(const LayerParameters& layer, const float* gradient, const float* bias_gradient,
                 const OptimizerUpdate& update, Range tiles) {
  HWY_DYNAMIC_DISPATCH(ApplyTiles)(layer, gradient, bias_gradient, update, tiles);
}

}  // namespace strata::kernels::panels
#endif
