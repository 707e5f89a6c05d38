// Products of dense.h: tiles of rows x panels whose sums stay in registers, so that a line of weights is read once a
// tile. How many rows and panels a tile has, and how many terms a pass takes, follows from the registers and the
// nearest cache of the instruction set; one or two rows take many panels at once, as a chain of multiply-adds waits for
// each.
#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/panels/product.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "kernels/activation-inl.h"
#include "kernels/cache.h"
#include "kernels/panels/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::panels::HWY_NAMESPACE {

/// Floats of weights from which on a nearest cache of more than kSmallCache bytes loses them from one tile of rows to
/// the next, and blocks of terms to take at once there. A smaller cache loses them anyway.
inline constexpr std::size_t kNearestFloats = 12 * 1024;
inline constexpr std::size_t kNearestBlocks = 16;
inline constexpr std::size_t kSmallCache = 32 * 1024;
/// Tiles of rows from which on it pays to keep sums in memory between such parts.
inline constexpr std::size_t kManyTiles = 8;

/// Some terms of the product for kPanels panels: parts of the terms outside, tiles of rows inside. Tiles are nearly
/// equal: a short one's few chains would leave the multipliers idle.
template <std::size_t kPanels, std::size_t kMostRows>
HWY_INLINE void multiply_panels(const Product& product, Range rows, std::size_t panel, Range blocks, bool first) {
  static constexpr auto kWhole = product_tiles<kPanels, false>(std::make_index_sequence<kMostRows>());
  static constexpr auto kNarrow = product_tiles<kPanels, true>(std::make_index_sequence<kMostRows>());
  const bool narrow = panel + kPanels == blocks_of(product.results) && is_narrow(product.results);
  const auto& tiles = narrow ? kNarrow : kWhole;
  const bool part_by_part = nearest_cache_bytes() > kSmallCache &&
                            blocks.size() * kPanels * kWidth * kWidth > kNearestFloats &&
                            rows.size() > kManyTiles * kMostRows;
  for_parts(blocks, part_by_part ? kNearestBlocks : blocks.size(), [&](Range part) HWY_ATTR {
    for_parts(rows, kMostRows,
              [&](Range tile) HWY_ATTR { tiles[tile.size() - 1](product, tile.first, panel, part, first); });
  });
}

/// Panels for one or two rows: multipliers begin two multiply-adds a cycle, each of which waits four for the one before
/// it in its chain, so that a tile needs eight chains.
constexpr std::size_t panels_for(std::size_t few_rows) { return std::max<std::size_t>(8 / (kVectors * few_rows), 1); }

/// kPanels panels at a time, as long as there are so many; returns the first that is left. `first`: as product_tile's.
template <std::size_t kPanels, std::size_t kMostRows>
HWY_INLINE std::size_t multiply_groups(const Product& product, Range rows, Range panels, Range blocks, bool first) {
  std::size_t panel = panels.first;
  for (; panel + kPanels <= panels.last; panel += kPanels) {
    multiply_panels<kPanels, kMostRows>(product, rows, panel, blocks, first && panel == panels.first);
  }
  return panel;
}

/// Some terms of the product: many panels at once for few rows, else pairs where registers allow them, an odd one with
/// the last pair.
HWY_INLINE void multiply_terms(const Product& product, Range rows, Range panels, Range blocks) {
  std::size_t panel = panels.first;
  if (rows.size() == 1) {
    panel = multiply_groups<panels_for(1), 1>(product, rows, panels, blocks, true);
  } else if (rows.size() == 2) {
    panel = multiply_groups<panels_for(2), 2>(product, rows, panels, blocks, true);
  }
  if constexpr (kPairRows > 0) {
    for (; panel + 2 <= panels.last && panel + 3 != panels.last; panel += 2) {
      multiply_panels<2, kPairRows>(product, rows, panel, blocks, panel == panels.first);
    }
    if (panel + 3 == panels.last) {
      multiply_panels<3, kTripleRows>(product, rows, panel, blocks, panel == panels.first);
      panel += 3;
    }
  }
  multiply_groups<1, kSingleRows>(product, rows, {panel, panels.last}, blocks, panel == panels.first);
}

/// All panels read the same rows: as many terms at once as stay in the second cache meanwhile.
void Multiply(const Product& product, Range rows, Range panels) {
  if (rows.size() == 0) {
    return;
  }
  const std::size_t most = std::max(kNearestBlocks, near_floats() / kWidth / rows.size());
  for_parts({0, blocks_of(product.terms)}, most,
            [&](Range blocks) HWY_ATTR { multiply_terms(product, rows, panels, blocks); });
}

/// Calls line(offset) for every vector of the rows and blocks.
template <class Line>
HWY_INLINE void for_vectors(Blocked values, Range rows, Range blocks, Line&& line) {
  for (std::size_t block = blocks.first; block < blocks.last; ++block) {
    const auto first = static_cast<std::size_t>(values.at(block, rows.first) - values.data);
    for (std::size_t i = 0; i < rows.size() * kWidth; i += kLanes) {
      line(first + i);
    }
  }
}

void Activate(Activation activation, Blocked values, Blocked inputs, Range rows, Range blocks) {
  const D d;
  const bool keep = derivative_needs_input(activation.kind);
  kernels::HWY_NAMESPACE::visit_activation(activation.kind, [&]<class Rule>(Rule) HWY_ATTR {
    for_vectors(values, rows, blocks, [&](std::size_t i) HWY_ATTR {
      const V z = hn::Load(d, values.data + i);
      if (keep) {
        hn::Store(z, d, inputs.data + i);
      }
      hn::Store(Rule::value(d, activation.alpha, z), d, values.data + i);
    });
  });
}

void MultiplyByDerivative(Activation activation, Blocked values, Blocked inputs, Blocked gradients, Range rows,
                          Range blocks) {
  const D d;
  const float* from = derivative_needs_input(activation.kind) ? inputs.data : values.data;
  kernels::HWY_NAMESPACE::visit_activation(activation.kind, [&]<class Rule>(Rule) HWY_ATTR {
    for_vectors(values, rows, blocks, [&](std::size_t i) HWY_ATTR {
      const V derivative = Rule::derivative(d, activation.alpha, hn::Load(d, from + i));
      hn::Store(hn::Mul(hn::Load(d, gradients.data + i), derivative), d, gradients.data + i);
    });
  });
}

}  // namespace strata::kernels::panels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels::panels {

STRATA_EXPORT(Multiply);
STRATA_EXPORT(Activate);
STRATA_EXPORT(MultiplyByDerivative);

void multiply(const Product& product, Range rows, Range panels) { STRATA_DISPATCH(Multiply)(product, rows, panels); }

void activate(Activation activation, Blocked values, Blocked inputs, Range rows, Range blocks) {
  STRATA_DISPATCH(Activate)(activation, values, inputs, rows, blocks);
}

void multiply_by_derivative(Activation activation, Blocked values, Blocked inputs, Blocked gradients, Range rows,
                            Range blocks) {
  STRATA_DISPATCH(MultiplyByDerivative)(activation, values, inputs, gradients, rows, blocks);
}

}  // namespace strata::kernels::panels
#endif
