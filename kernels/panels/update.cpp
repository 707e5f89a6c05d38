// Gradients and updates of dense.h: a tile of inputs x outputs is summed over the batch in registers and updated there,
// or stored. Rows are summed in chains of 64, which are added in a tree: the order is the same whatever a tile's shape
// is, and a chain's rows stay in the nearest cache for all the tiles that read them.
#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/panels/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <type_traits>

#include "kernels/optimizer_update-inl.h"
#include "kernels/panels/dense.h"
#include "kernels/panels/line-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::panels::HWY_NAMESPACE {

/// Rows that a gradient sums in one chain; blocks of them are added in a tree.
inline constexpr std::size_t kRowBlock = 64;

/// Blocks of inputs that a batch of several row blocks is summed for at once: what a row block holds of them and of two
/// panels then stays in the nearest cache, and is fetched into it once.
inline constexpr std::size_t kGroupBlocks = 4;

/// Inputs of a register tile beside one panel and beside two. Unequal tiles share a block of 16 where registers hold
/// more than a quarter of it but not half.
#if HWY_TARGET <= HWY_AVX3
inline constexpr std::size_t kSingleInputs = 16;
inline constexpr std::size_t kPairInputs = 8;
#elif HWY_TARGET <= HWY_AVX2 || HWY_ARCH_ARM
inline constexpr std::size_t kSingleInputs = 6;
inline constexpr std::size_t kPairInputs = 0;
#else
inline constexpr std::size_t kSingleInputs = 2;
inline constexpr std::size_t kPairInputs = 0;
#endif

/// Gradients of kInputs inputs x kPanels panels, in registers. Those of a narrow last panel are zero beyond its half.
template <std::size_t kInputs, std::size_t kPanels, bool kNarrow>
struct Tile {
  static constexpr std::size_t kAcross = kPanels * kVectors;
  V sum[kInputs][kAcross];

  HWY_INLINE Tile() {}  // NOLINT(modernize-use-equals-default): the implied one is compiled for the baseline on arm64

  /// One chain for each element over `rows` rows; src at the tile's first input, src_step floats from row to row.
  HWY_INLINE void sum_block(const float* HWY_RESTRICT src, std::size_t src_step, const float* HWY_RESTRICT diff,
                            std::size_t panel_stride, std::size_t rows) {
    const D d;
    const H half;
    constexpr bool kHalf = kNarrow && kHalfVector;
    constexpr std::size_t kSummed = vectors_of(kPanels, kNarrow);
    hn::Vec<H> sum_half[kInputs];
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kInputs; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kAcross; ++v) {
        sum[i][v] = hn::Zero(d);
      }
      if constexpr (kHalf) {
        sum_half[i] = hn::Zero(half);
      }
    }
    // Turns of several rows: so few of them that the CPU foresees the last one and begins the next tile meanwhile.
    HWY_UNROLL(4)
    for (std::size_t row = 0; row < rows; ++row) {
      V dy[kAcross];
      hn::Vec<H> dy_half;
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kSummed; ++v) {
        dy[v] = hn::Load(d, diff + (v / kVectors) * panel_stride + (v % kVectors) * kLanes);
      }
      if constexpr (kHalf) {
        dy_half = hn::Load(half, diff + kSummed / kVectors * panel_stride);
      }
      HWY_UNROLL(16)
      for (std::size_t i = 0; i < kInputs; ++i) {
        if constexpr (kSummed == 0) {
          sum_half[i] = hn::MulAdd(hn::Set(half, src[i]), dy_half, sum_half[i]);
          continue;
        }
        const V x = hn::Set(d, src[i]);
        HWY_UNROLL(8)
        for (std::size_t v = 0; v < kSummed; ++v) {
          sum[i][v] = hn::MulAdd(x, dy[v], sum[i][v]);
        }
        if constexpr (kHalf) {
          sum_half[i] = hn::MulAdd(hn::LowerHalf(half, x), dy_half, sum_half[i]);
        }
      }
      src += src_step;
      diff += kWidth;
    }
#if HWY_TARGET != HWY_SCALAR
    if constexpr (kHalf) {
      HWY_UNROLL(16)
      for (std::size_t i = 0; i < kInputs; ++i) {
        sum[i][kSummed] = hn::ZeroExtendVector(d, sum_half[i]);
      }
    }
#endif
  }

  /// Adds the topmost `merges` of the sums that wait below `top`, `level` floats apart; joins them unless it is last.
  HWY_INLINE void merge(float* top, std::size_t level, std::size_t merges, bool last) {
    for (; merges > 0; --merges) {
      top -= level;
      for_vectors([&](V& value, std::size_t i, std::size_t v)
                      HWY_ATTR { value = hn::Add(hn::Load(D(), top + (i * kAcross + v) * kLanes), value); });
    }
    if (!last) {
      for_vectors([&](V& value, std::size_t i, std::size_t v)
                      HWY_ATTR { hn::Store(value, D(), top + (i * kAcross + v) * kLanes); });
    }
  }

  /// Calls each(sum, i, v) for vector v of input i.
  template <class Each>
  HWY_INLINE void for_vectors(Each&& each) {
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < kInputs; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < kAcross; ++v) {
        each(sum[i][v], i, v);
      }
    }
  }
};

/// Levels of the tree: enough for 2^32 row blocks.
inline constexpr std::size_t kLevels = 32;

template <std::size_t n>
using Size = std::integral_constant<std::size_t, n>;

/// Calls part(Size<n>(), first) for nearly equal parts of 0 … 15, of n <= kMost.
template <std::size_t kMost, std::size_t kFirst = 0, class Part>
HWY_INLINE void for_parts_of_width(Part&& part) {
  constexpr std::size_t kParts = (kWidth - kFirst + kMost - 1) / kMost;
  if constexpr (kParts > 0) {
    constexpr std::size_t kSize = (kWidth - kFirst + kParts - 1) / kParts;
    part(Size<kSize>(), kFirst);
    for_parts_of_width<kMost, kFirst + kSize>(part);
  }
}

/// The tree of row blocks: whole subtrees wait on a stack, as a binary counter's digits; left + right.
/// Calls each(first, rows, merges, height, last) for every row block: the sums of the block, added to the `merges`
/// topmost of the `height` waiting sums, are the total if last, and else wait in their place.
template <class Each>
HWY_INLINE void for_row_blocks(std::size_t rows, Each&& each) {
  std::size_t height = 0;
  for (std::size_t first = 0, block = 1; first < rows; first += kRowBlock, ++block) {
    const bool last = first + kRowBlock >= rows;
    // A finished block closes as many subtrees as its number has trailing zeros; the last one closes all.
    const auto merges = last ? height : static_cast<std::size_t>(std::countr_zero(block));
    each(first, std::min(kRowBlock, rows - first), merges, height, last);
    height += 1 - merges;
  }
}

/// Applies a rule to one vector of weights with its state.
#if HWY_TARGET != HWY_SCALAR
/// Four columns of as many rows as `d` has lanes: rows row, row + 4, … in one quarter of a line each.
template <class Quarters>
HWY_INLINE hn::Vec<Quarters> load_quarters(Quarters d, const float* from) {
  if constexpr (hn::MaxLanes(d) <= 4) {
    return hn::Load(d, from);
  } else {
    const hn::Half<Quarters> half;
    return hn::Combine(d, load_quarters(half, from + hn::MaxLanes(half) * kWidth), load_quarters(half, from));
  }
}
#endif

/// to[c][r] = from[r][c] for 16 x 16 floats, rows of 16.
HWY_INLINE void transpose(const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < kWidth * kWidth; ++i) {
    to[i % kWidth * kWidth + i / kWidth] = from[i];
  }
#else
  const D d;
  const hn::RepartitionToWide<D> pairs;
  for (std::size_t r = 0; r < kWidth; r += kLanes) {
    for (std::size_t c = 0; c < kWidth; c += 4) {
      const float* block = from + r * kWidth + c;
      const V a = load_quarters(d, block);
      const V b = load_quarters(d, block + kWidth);
      const V e = load_quarters(d, block + 2 * kWidth);
      const V f = load_quarters(d, block + 3 * kWidth);
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

/// Some blocks of inputs x one panel of outputs, or two.
struct Group {
  std::size_t panel;
  Range blocks;
};

/// The index of a unit's first weight, a unit being one block of inputs x one panel.
HWY_INLINE std::size_t unit_offset(const LayerParameters& layer, std::size_t panel, std::size_t block) {
  return panel_index(layer.inputs, panel * kWidth, block * kWidth);
}

/// Inputs that a block holds: the last one may have fewer than 16, and what stands for the others is never read.
HWY_INLINE std::size_t inputs_of(const LayerParameters& layer, std::size_t block) {
  return std::min(kWidth, layer.inputs - block * kWidth);
}

/// Panels that are taken together over all blocks of inputs, so that the inputs are read from far memory once for all
/// of them: all inputs stay in the second cache, or else the gradients of so many panels do.
HWY_INLINE std::size_t panels_at_once(std::size_t blocks, std::size_t rows) {
  const std::size_t lines = near_floats() / kWidth / rows;
  return blocks <= lines ? 2 : std::max<std::size_t>(2, lines / 2 * 2);
}

/// Calls single(group) or, for two neighbouring panels where kPairs, pair(group) for groups that make up the units of a
/// range.
template <bool kPairs, class Single, class Pair>
HWY_INLINE void for_groups(const LayerParameters& layer, std::size_t rows, Range tiles, Single&& single, Pair&& pair) {
  const std::size_t all = blocks_of(layer.inputs);
  const std::size_t at_once = panels_at_once(all, rows);
  const std::size_t group_blocks = rows <= kRowBlock ? all : kGroupBlocks;
  for (std::size_t tile = tiles.first; tile < tiles.last;) {
    const std::size_t panel = tile / all;
    const std::size_t whole = tile % all == 0 ? std::min(at_once, (tiles.last - tile) / all) : 0;
    const Range blocks = {tile % all, whole > 0 ? all : std::min(all, tile % all + tiles.last - tile)};
    const std::size_t end = panel + std::max<std::size_t>(whole, 1);
    for (std::size_t first = blocks.first; first < blocks.last; first += group_blocks) {
      const Range part = {first, std::min(first + group_blocks, blocks.last)};
      std::size_t p = panel;
      for (; kPairs && p + 2 <= end; p += 2) {
        pair(Group{p, part});
      }
      for (; p < end; ++p) {
        single(Group{p, part});
      }
    }
    tile += (end - panel) * blocks.size();
  }
}

/// The gradient of a panel's biases, as that of the weights of an input that is always 1: fma(1, g, s) rounds s + g
/// once.
HWY_INLINE Tile<1, 1, false> bias_gradient(Blocked diff_dst, std::size_t panel, std::size_t rows) {
  const float one = 1.0F;
  Tile<1, 1, false> tile;
  HWY_ALIGN float stack[kLevels * kWidth];
  for_row_blocks(rows,
                 [&](std::size_t first, std::size_t count, std::size_t merges, std::size_t height, bool last) HWY_ATTR {
                   tile.sum_block(&one, 0, diff_dst.at(panel, first), 0, count);
                   tile.merge(stack + height * kWidth, kWidth, merges, last);
                 });
  return tile;
}

/// Calls each(tile, input) for the tiles of one block of `inputs` inputs, kPanels panels wide, the last one narrow or
/// whole, each summed over `rows` rows.
template <std::size_t kMostInputs, std::size_t kPanels, bool kNarrow, class Each>
HWY_INLINE void for_tiles_of_block(const float* src, const float* diff, std::size_t panel_stride, std::size_t inputs,
                                   std::size_t rows, Each&& each) {
  for_parts_of_width<kMostInputs>([&]<std::size_t kInputs>(Size<kInputs>, std::size_t input) HWY_ATTR {
    if (input >= inputs) {
      return;
    }
    Tile<kInputs, kPanels, kNarrow> tile;
    tile.sum_block(src + input, kWidth, diff, panel_stride, rows);
    each(tile, input);
  });
}

/// Hands a tile's gradients to the unit that receives them.
template <std::size_t kInputs, std::size_t kPanels, bool kNarrow, class Unit>
HWY_INLINE void hand_over(Tile<kInputs, kPanels, kNarrow>& tile, std::size_t input, Unit& unit) {
  tile.for_vectors([&](const V& sum, std::size_t i, std::size_t v)
                       HWY_ATTR { unit.vector(sum, v / kVectors, (input + i) * kWidth + (v % kVectors) * kLanes); });
}

/// The gradients of a group, kPanels panels wide, of a batch of one row block. to(block) makes what receives those of a
/// block of inputs: its vector(sum, panel, index) is given each vector, index being its place among the 256 weights of
/// a unit (panel: 0 … kPanels - 1), then done() is called.
template <std::size_t kMostInputs, std::size_t kPanels, bool kNarrow, class To>
HWY_INLINE void sum_few_rows(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, Group group,
                             To&& to) {
  constexpr std::size_t kFewInputs = std::min(kMostInputs, kWidth / 2);
  const std::size_t panel_stride = diff_dst.capacity * kWidth;
  for (std::size_t block = group.blocks.first; block < group.blocks.last; ++block) {
    auto unit = to(block);
    const std::size_t inputs = inputs_of(layer, block);
    const auto take = [&](auto& tile, std::size_t input) HWY_ATTR { hand_over(tile, input, unit); };
    const float* const from = src.at(block, 0);
    const float* const diff = diff_dst.at(group.panel, 0);
    if (kFewInputs < kMostInputs && inputs <= kFewInputs) {
      for_tiles_of_block<kFewInputs, kPanels, kNarrow>(from, diff, panel_stride, inputs, rows, take);
    } else {
      for_tiles_of_block<kMostInputs, kPanels, kNarrow>(from, diff, panel_stride, inputs, rows, take);
    }
    unit.done();
  }
}

/// The same for a batch of any number of row blocks, of up to kGroupBlocks blocks of inputs.
template <std::size_t kMostInputs, std::size_t kPanels, bool kNarrow, class To>
HWY_NOINLINE void sum_many_rows(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                                Group group, To to) {
  constexpr std::size_t kTileFloats = kPanels * kWidth;  // of one input
  constexpr std::size_t kGroupFloats = kGroupBlocks * kWidth * kTileFloats;
  const std::size_t panel_stride = diff_dst.capacity * kWidth;
  HWY_ALIGN float stack[kLevels * kGroupFloats];
  for_row_blocks(rows,
                 [&](std::size_t first, std::size_t count, std::size_t merges, std::size_t height, bool last) HWY_ATTR {
                   float* waiting = stack + height * kGroupFloats;
                   for (std::size_t block = group.blocks.first; block < group.blocks.last; ++block) {
                     auto unit = to(block);
                     for_tiles_of_block<kMostInputs, kPanels, kNarrow>(
                         src.at(block, first), diff_dst.at(group.panel, first), panel_stride, inputs_of(layer, block),
                         count, [&](auto& tile, std::size_t input) HWY_ATTR {
                           tile.merge(waiting + input * kTileFloats, kGroupFloats, merges, last);
                           if (last) {
                             hand_over(tile, input, unit);
                           }
                         });
                     if (last) {
                       unit.done();
                     }
                     waiting += kWidth * kTileFloats;
                   }
                 });
}

/// The units of kPanels neighbouring panels: where their weights, or what is laid out as they are, begin. A local copy,
/// which no store to weights can change, so that its pointers stay in registers.
template <std::size_t kPanels>
struct Places {
  float* at[kPanels];

  HWY_INLINE Places(const LayerParameters& layer, float* weights, std::size_t panel, std::size_t block) {
    for (std::size_t beside = 0; beside < kPanels; ++beside) {
      at[beside] = weights + unit_offset(layer, panel + beside, block);
    }
  }
};

/// Brings the transposed copy of the units of kPanels neighbouring panels up to date, at once: another core has read
/// its lines, and takes less time to give them up while the next unit's gradients are summed than many after each
/// other.
template <std::size_t kPanels>
HWY_INLINE void transpose_units(const LayerParameters& layer, std::size_t panel, std::size_t block) {
  for (std::size_t p = panel; layer.transposed != nullptr && p < panel + kPanels; ++p) {
    transpose(layer.weights + unit_offset(layer, p, block),
              layer.transposed + panel_index(layer.outputs, block * kWidth, p * kWidth));
  }
}

/// Plain SGD, whose gradients never leave the registers.
struct InRegisters {
  const LayerParameters& layer;
  const OptimizerUpdate& update;

  template <std::size_t kPanels>
  struct Unit {
    Places<kPanels> weights;
    OptimizerUpdate update;
    const LayerParameters& layer;
    std::size_t panel;
    std::size_t block;

    HWY_INLINE void vector(V gradient, std::size_t beside, std::size_t index) const {
      descend(update, gradient, weights.at[beside] + index);
    }
    HWY_INLINE void done() const { transpose_units<kPanels>(layer, panel, block); }
  };

  template <std::size_t kPanels>
  HWY_INLINE Unit<kPanels> unit(std::size_t panel, std::size_t block) const {
    return {{layer, layer.weights, panel, block}, update, layer, panel, block};
  }

  HWY_INLINE void bias(Tile<1, 1, false> gradient, std::size_t panel) const {
    gradient.for_vectors([&](const V& sum, std::size_t, std::size_t v)
                             HWY_ATTR { descend(update, sum, layer.bias + panel * kWidth + v * kLanes); });
  }

  static HWY_INLINE void descend(const OptimizerUpdate& update, V gradient, float* weights) {
    const D d;
    V w = hn::Load(d, weights);
    V unused = hn::Zero(d);
    kernels::HWY_NAMESPACE::Rule<UpdateRule::sgd>::apply(d, update, gradient, w, unused, unused, unused);
    hn::Store(w, d, weights);
  }
};

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

/// Gradients of a unit wait in the nearest cache for an update of any rule: no slower where the rule keeps state, and
/// no code for each.
struct ThroughBuffer {
  const LayerParameters& layer;
  const OptimizerUpdate& update;

  template <std::size_t kPanels>
  struct Unit {
    const ThroughBuffer& by;
    std::size_t panel;
    std::size_t block;
    HWY_ALIGN float gradients[kPanels][kWidth * kWidth];

    HWY_INLINE Unit(const ThroughBuffer& through, std::size_t first, std::size_t at)
        : by(through), panel(first), block(at) {}

    HWY_INLINE void vector(V gradient, std::size_t beside, std::size_t index) {
      hn::Store(gradient, D(), gradients[beside] + index);
    }
    HWY_INLINE void done() const {
      for (std::size_t beside = 0; beside < kPanels; ++beside) {
        update_span(by.update, gradients[beside], by.layer.weights, by.layer.weight_state,
                    unit_offset(by.layer, panel + beside, block), inputs_of(by.layer, block) * kWidth);
      }
      transpose_units<kPanels>(by.layer, panel, block);
    }
  };

  template <std::size_t kPanels>
  HWY_INLINE Unit<kPanels> unit(std::size_t panel, std::size_t block) const {
    return {*this, panel, block};
  }

  HWY_INLINE void bias(Tile<1, 1, false> sum, std::size_t panel) const {
    HWY_ALIGN float gradients[kWidth];
    sum.for_vectors([&](const V& value, std::size_t, std::size_t v)
                        HWY_ATTR { hn::Store(value, D(), gradients + v * kLanes); });
    update_span(update.of_bias(), gradients, layer.bias, layer.bias_state, panel * kWidth, kWidth);
  }
};

/// Gradients that are kept, laid out as weights and biases.
struct Stored {
  const LayerParameters& layer;
  float* weights;
  float* biases;

  template <std::size_t kPanels>
  struct Unit {
    Places<kPanels> gradients;

    HWY_INLINE void vector(V gradient, std::size_t beside, std::size_t index) const {
      hn::Store(gradient, D(), gradients.at[beside] + index);
    }
    HWY_INLINE void done() const {}
  };

  template <std::size_t kPanels>
  HWY_INLINE Unit<kPanels> unit(std::size_t panel, std::size_t block) const {
    return {{layer, weights, panel, block}};
  }

  HWY_INLINE void bias(Tile<1, 1, false> sum, std::size_t panel) const {
    sum.for_vectors([&](const V& value, std::size_t, std::size_t v)
                        HWY_ATTR { hn::Store(value, D(), biases + panel * kWidth + v * kLanes); });
  }
};

/// The gradients of a group, each handed to by.unit(…) as soon as it is summed.
template <std::size_t kMostInputs, std::size_t kPanels, bool kNarrow, class By>
HWY_INLINE void sum_group(Blocked src, Blocked diff_dst, std::size_t rows, Group group, const By& by) {
  const auto to = [&by, panel = group.panel](std::size_t block)
                      HWY_ATTR { return by.template unit<kPanels>(panel, block); };
  if (rows <= kRowBlock) {
    sum_few_rows<kMostInputs, kPanels, kNarrow>(by.layer, src, diff_dst, rows, group, to);
  } else {
    sum_many_rows<kMostInputs, kPanels, kNarrow>(by.layer, src, diff_dst, rows, group, to);
  }
}

/// The gradients of some units of a layer, handed to By, those of a panel's biases to by.bias.
template <class By>
HWY_INLINE void sum_gradients(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                              Range tiles, const By& by) {
  const auto sum_bias = [&](std::size_t panel, Range blocks) HWY_ATTR {
    if (blocks.first == 0) {
      by.bias(bias_gradient(diff_dst, panel, rows), panel);
    }
  };
  const auto narrow = [&layer](std::size_t end) { return end == blocks_of(layer.outputs) && is_narrow(layer.outputs); };
  for_groups<(kPairInputs > 0)>(
      layer, rows, tiles,
      [&](Group group) HWY_ATTR {
        narrow(group.panel + 1) ? sum_group<kSingleInputs, 1, true>(src, diff_dst, rows, group, by)
                                : sum_group<kSingleInputs, 1, false>(src, diff_dst, rows, group, by);
        sum_bias(group.panel, group.blocks);
      },
      [&](Group group) HWY_ATTR {
        if constexpr (kPairInputs > 0) {
          narrow(group.panel + 2) ? sum_group<kPairInputs, 2, true>(src, diff_dst, rows, group, by)
                                  : sum_group<kPairInputs, 2, false>(src, diff_dst, rows, group, by);
          sum_bias(group.panel, group.blocks);
          sum_bias(group.panel + 1, group.blocks);
        }
      });
}

void UpdateTiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                 const OptimizerUpdate& update, Range tiles) {
  if (update.rule == UpdateRule::sgd && update.weight_decay == WeightDecay::none && !update.clips()) {
    sum_gradients(layer, src, diff_dst, rows, tiles, InRegisters{layer, update});
  } else {
    sum_gradients(layer, src, diff_dst, rows, tiles, ThroughBuffer{layer, update});
  }
}

void GradientTiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, float* gradient,
                   float* gradient_of_bias, Range tiles) {
  sum_gradients(layer, src, diff_dst, rows, tiles, Stored{layer, gradient, gradient_of_bias});
}

void ApplyTiles(const LayerParameters& layer, const float* gradient, const float* gradient_of_bias,
                const OptimizerUpdate& update, Range tiles) {
  for (std::size_t tile = tiles.first; tile < tiles.last; ++tile) {
    const std::size_t panel = tile / blocks_of(layer.inputs);
    const std::size_t block = tile % blocks_of(layer.inputs);
    const std::size_t offset = unit_offset(layer, panel, block);
    update_span(update, gradient + offset, layer.weights, layer.weight_state, offset, inputs_of(layer, block) * kWidth);
    transpose_units<1>(layer, panel, block);
    if (block == 0) {
      const std::size_t first = panel * kWidth;
      update_span(update.of_bias(), gradient_of_bias + first, layer.bias, layer.bias_state, first, kWidth);
    }
  }
}

}  // namespace strata::kernels::panels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels::panels {

STRATA_EXPORT(UpdateTiles);
STRATA_EXPORT(GradientTiles);
STRATA_EXPORT(ApplyTiles);

void update_tiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows,
                  const OptimizerUpdate& update, Range tiles) {
  STRATA_DISPATCH(UpdateTiles)(layer, src, diff_dst, rows, update, tiles);
}

void gradient_tiles(const LayerParameters& layer, Blocked src, Blocked diff_dst, std::size_t rows, float* gradient,
                    float* bias_gradient, Range tiles) {
  STRATA_DISPATCH(GradientTiles)(layer, src, diff_dst, rows, gradient, bias_gradient, tiles);
}

void apply_tiles(const LayerParameters& layer, const float* gradient, const float* bias_gradient,
                 const OptimizerUpdate& update, Range tiles) {
  STRATA_DISPATCH(ApplyTiles)(layer, gradient, bias_gradient, update, tiles);
}

}  // namespace strata::kernels::panels
#endif
