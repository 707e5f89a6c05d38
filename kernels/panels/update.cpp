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

/// The gradients as the update's rule is given them. A branch a tile: next to nothing where nothing is clipped.
template <std::size_t kInputs, std::size_t kPanels>
HWY_INLINE void clip(Tile<kInputs, kPanels>& tile, const OptimizerUpdate& update) {
  if (update.clips()) {
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kInputs; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) {
        tile.sum[i][v] = kernels::HWY_NAMESPACE::clipped(D(), update, tile.sum[i][v]);
      }
    }
  }
}

/// Applies a rule to one vector of weights with its state.
template <class R>
HWY_INLINE void update_vector(const OptimizerUpdate& update, V gradient, float* weights,
                              const std::array<float*, kMaxStateSlots>& state, std::size_t index) {
  const D d;
  V w = hn::Load(d, weights + index);
  V s0 = hn::Zero(d);
  V s1 = hn::Zero(d);
  if constexpr (R::kSlots > 0) {
    s0 = hn::Load(d, state[0] + index);
  }
  if constexpr (R::kSlots > 1) {
    s1 = hn::Load(d, state[1] + index);
  }
  R::apply(d, update, gradient, w, s0, s1);
  hn::Store(w, d, weights + index);
  if constexpr (R::kSlots > 0) {
    hn::Store(s0, d, state[0] + index);
  }
  if constexpr (R::kSlots > 1) {
    hn::Store(s1, d, state[1] + index);
  }
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

/// Sums tiles of one unit (two units of neighbouring panels where kPanels is 2) and hands every vector of gradients
/// with its index among the weights to take, clipped as the update says.
template <std::size_t kInputs, std::size_t kPanels, class Take>
HWY_INLINE void sum_unit(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                         const OptimizerUpdate& update, Unit unit, Take&& take) {
  const std::size_t panel_stride = diff_dst.capacity * kWidth;
  const std::size_t weights_stride = padded(layer.inputs) * kWidth;
  for (std::size_t input = 0; input < kWidth; input += kInputs) {
    Tile<kInputs, kPanels> tile;
    sum_rows(tile, src.at(unit.block, 0) + input, kWidth, diff_dst.at(unit.panel, 0), panel_stride, rows);
    clip(tile, update);
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kInputs; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) {
        take(tile.sum[i][v],
             unit.offset + (v / kVectors) * weights_stride + (input + i) * kWidth + (v % kVectors) * kLanes);
      }
    }
  }
}

template <class R>
void update_tiles_by(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                     const OptimizerUpdate& update, Range tiles) {
  const auto take = [&](V gradient, std::size_t index)
                        HWY_ATTR { update_vector<R>(update, gradient, layer.weights, layer.weight_state, index); };
  const auto finish = [&](std::size_t panel, std::size_t block) HWY_ATTR {
    const Unit unit = unit_at(layer, panel, block);
    if (layer.transposed != nullptr) {
      transpose(layer.weights + unit.offset, layer.transposed + unit.transposed);
    }
    if (block == 0) {
      Tile<1, 1> bias = bias_gradient(diff_dst, panel, rows);
      clip(bias, update);
      for (std::size_t v = 0; v < kVectors; ++v) {
        update_vector<R>(update, bias.sum[0][v], layer.bias, layer.bias_state, panel * kWidth + v * kLanes);
      }
    }
  };
  for_units<(kPairInputs > 0)>(
      layer, tiles,
      [&](Unit unit) HWY_ATTR {
        sum_unit<kSingleInputs, 1>(layer, src, diff_dst, rows, update, unit, take);
        finish(unit.panel, unit.block);
      },
      [&](Unit unit) HWY_ATTR {
        if constexpr (kPairInputs > 0) {
          sum_unit<kPairInputs, 2>(layer, src, diff_dst, rows, update, unit, take);
          finish(unit.panel, unit.block);
          finish(unit.panel + 1, unit.block);
        }
      });
}

void UpdateTiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                 const OptimizerUpdate& update, Range tiles) {
  kernels::HWY_NAMESPACE::visit_rule(
      update.rule, [&]<class R>(R) HWY_ATTR { update_tiles_by<R>(layer, src, diff_dst, rows, update, tiles); });
}

void GradientTiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, float* gradient,
                   float* gradient_of_bias, Range tiles) {
  const OptimizerUpdate whole_gradient;  // clipping waits for what the gradients are stored for
  for_units<false>(
      layer, tiles,
      [&](Unit unit) HWY_ATTR {
        sum_unit<kSingleInputs, 1>(layer, src, diff_dst, rows, whole_gradient, unit,
                                   [&](V sum, std::size_t index) HWY_ATTR { hn::Store(sum, D(), gradient + index); });
        if (unit.block == 0) {
          bias_gradient(diff_dst, unit.panel, rows).store(gradient_of_bias + unit.panel * kWidth);
        }
      },
      [](Unit) {});
}

void ApplyTiles(const LayerParameters& layer, const float* gradient, const float* gradient_of_bias,
                const OptimizerUpdate& update, Range tiles) {
  kernels::HWY_NAMESPACE::visit_rule(update.rule, [&]<class R>(R) HWY_ATTR {
    for_units<false>(
        layer, tiles,
        [&](Unit unit) HWY_ATTR {
          for (std::size_t i = 0; i < kWidth * kWidth; i += kLanes) {
            const V g = kernels::HWY_NAMESPACE::clipped(D(), update, hn::Load(D(), gradient + unit.offset + i));
            update_vector<R>(update, g, layer.weights, layer.weight_state, unit.offset + i);
          }
          if (layer.transposed != nullptr) {
            transpose(layer.weights + unit.offset, layer.transposed + unit.transposed);
          }
          for (std::size_t v = 0; unit.block == 0 && v < kWidth; v += kLanes) {
            const std::size_t index = unit.panel * kWidth + v;
            const V g = kernels::HWY_NAMESPACE::clipped(D(), update, hn::Load(D(), gradient_of_bias + index));
            update_vector<R>(update, g, layer.bias, layer.bias_state, index);
          }
        },
        [](Unit) {});
  });
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
