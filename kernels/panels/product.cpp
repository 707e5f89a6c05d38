#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/panels/product.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "kernels/activation-inl.h"
#include "kernels/cache.h"
#include "kernels/gather-inl.h"
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

/// Some terms of the product, panels in pairs where registers allow; an odd one goes with the last pair.
HWY_INLINE void multiply_terms(const Product& product, Range rows, Range panels, Range blocks) {
  std::size_t panel = panels.first;
  if constexpr (kPairRows > 0) {
    for (; panel + 2 <= panels.last && panel + 3 != panels.last; panel += 2) {
      multiply_panels<2, kPairRows>(product, rows, panel, blocks, panel == panels.first);
    }
    if (panel + 3 == panels.last) {
      multiply_panels<3, kTripleRows>(product, rows, panel, blocks, panel == panels.first);
      panel += 3;
    }
  }
  for (; panel < panels.last; ++panel) {
    multiply_panels<1, kSingleRows>(product, rows, panel, blocks, panel == panels.first);
  }
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

/// Calls line(from, block, i) for every block of 16 features of row i, the last one padded with zeros.
template <class Line>
HWY_INLINE void for_lines(MatrixView<const std::uint8_t> features, std::span<const std::uint32_t> rows, Line&& line) {
  const std::size_t whole = features.columns() / kWidth;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    prefetch_row(features, rows, i + kRowsAhead);
    const std::uint8_t* src = features.row(rows[i]);
    for (std::size_t block = 0; block < whole; ++block) {
      line(src + block * kWidth, block, i);
    }
    if (const std::size_t rest = features.columns() % kWidth; rest != 0) {
      std::uint8_t last[kWidth] = {};
      std::copy_n(src + whole * kWidth, rest, last);
      line(last, whole, i);
    }
  }
}

void GatherPixels(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows, const float* factor,
                  const float* offset, Blocked dst, std::size_t first) {
  const D d;
  const hn::Rebind<std::int32_t, D> d32;
  const hn::Rebind<std::uint8_t, D> d8;
  for_lines(pixels, rows, [&](const std::uint8_t* from, std::size_t block, std::size_t i) HWY_ATTR {
    for (std::size_t v = 0; v < kWidth; v += kLanes) {
      const auto x = hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(d8, from + v)));
      const std::size_t f = block * kWidth + v;
      hn::Store(hn::MulAdd(x, hn::Load(d, factor + f), hn::Load(d, offset + f)), d, dst.at(block, first + i) + v);
    }
  });
}

/// Half a block or less at a time. Past the last feature lie zeros.
void GatherValues(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                  Blocked dst, std::size_t first) {
  if (rows.empty()) {
    return;
  }
  const hn::Rebind<float, hn::CappedTag<double, kWidth>> d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t columns = values.columns();
  const std::size_t whole = columns / lanes * lanes;
  const float* const end = values.row(values.rows() - 1) + columns;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    prefetch_row(values, rows, i + kRowsAhead);
    const float* src = values.row(rows[i]);
    const auto store = [&](std::size_t f, auto v)
                           HWY_ATTR { hn::StoreU(v, d, dst.at(f / kWidth, first + i) + f % kWidth); };
    std::size_t f = 0;
    for (; f < whole; f += lanes) {
      store(f, kernels::HWY_NAMESPACE::standardised(d, src + f, by, f));
    }
    if (f < columns) {
      float last[kWidth] = {};
      const float* from = src + f;  // of the next row, too, but for the last one
      if (end - from < static_cast<std::ptrdiff_t>(lanes)) {
        std::copy_n(from, columns - f, last);
        from = last;
      }
      store(f, hn::IfThenElseZero(hn::FirstN(d, columns - f), kernels::HWY_NAMESPACE::standardised(d, from, by, f)));
      f += lanes;
    }
    for (; f % kWidth != 0; f += lanes) {
      store(f, hn::Zero(d));
    }
  }
}

}  // namespace strata::kernels::panels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels::panels {

STRATA_EXPORT(Multiply);
STRATA_EXPORT(Activate);
STRATA_EXPORT(MultiplyByDerivative);
STRATA_EXPORT(GatherPixels);
STRATA_EXPORT(GatherValues);

void multiply(const Product& product, Range rows, Range panels) { STRATA_DISPATCH(Multiply)(product, rows, panels); }

void activate(Activation activation, Blocked values, Blocked inputs, Range rows, Range blocks) {
  STRATA_DISPATCH(Activate)(activation, values, inputs, rows, blocks);
}

void multiply_by_derivative(Activation activation, Blocked values, Blocked inputs, Blocked gradients, Range rows,
                            Range blocks) {
  STRATA_DISPATCH(MultiplyByDerivative)(activation, values, inputs, gradients, rows, blocks);
}

void gather_blocked(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows, const float* factor,
                    const float* offset, Blocked dst, std::size_t first) {
  STRATA_DISPATCH(GatherPixels)(pixels, rows, factor, offset, dst, first);
}

void gather_blocked(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                    Blocked dst, std::size_t first) {
  STRATA_DISPATCH(GatherValues)(values, rows, by, dst, first);
}

}  // namespace strata::kernels::panels
#endif
