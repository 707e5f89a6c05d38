// Pick a batch's rows and standardise them on the way, into rows or, for the panels kernels, into blocks.
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "kernels/bf16.h"
#include "kernels/panels/dense.h"

namespace strata::kernels {

/// How many rows ahead a gather fetches: rows lie far apart, and nothing else tells the memory what comes next.
inline constexpr std::size_t kRowsAhead = 4;

/// Fetches a row towards the second cache, or the nearest one.
template <bool kNearest, class T>
void fetch_row(MatrixView<const T> features, std::uint32_t row) {
  for (std::size_t f = 0; f < features.columns(); f += kAlignment / sizeof(T)) {
    __builtin_prefetch(features.row(row) + f, 0, kNearest ? 3 : 2);
  }
}

/// Fetches row rows[i] to the nearest cache, if there is one.
template <class T>
void prefetch_row(MatrixView<const T> features, std::span<const std::uint32_t> rows, std::size_t i) {
  if (i < rows.size()) {
    fetch_row<true>(features, rows[i]);
  }
}

/// dst(i, f) = fma(pixels(rows[i], f), factor[f], offset[f]).
/// pixels (any rows, features), factor and offset (features), dst (rows.size(), features).
/// One rounding for each element with FMA; two on an instruction set without it.
void gather_standardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                        std::span<const float> factor, std::span<const float> offset, MatrixView<float> dst);

/// The same, then rounded by to_bf16.
void gather_standardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                        std::span<const float> factor, std::span<const float> offset, MatrixView<Bf16> dst);

/// How values enter a network; a place for each feature.
struct ValueScale {
  std::span<const float> mean;
  std::span<const float> scale;        ///< never 0
  std::span<const double> reciprocal;  ///< 1 / scale, rounded
  std::span<const float> missing;      ///< what the network sees in place of a NaN
};

/// dst(i, f) = ((double)values(rows[i], f) - mean[f]) / scale[f], computed in double and rounded, or missing[f].
/// Values are finite or NaN. The same bits on every instruction set.
void gather_standardise(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                        MatrixView<float> dst);

/// The same, then rounded by to_bf16.
void gather_standardise(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                        MatrixView<Bf16> dst);

}  // namespace strata::kernels

namespace strata::kernels::panels {

/// Rows of pixels, standardised, into blocks: dst(first + i, f) = fma(pixels(rows[i], f), factor[f], offset[f]).
/// factor and offset are padded with zeros to whole blocks.
void gather_blocked(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows, const float* factor,
                    const float* offset, Blocked dst, std::size_t first);

/// Rows of values likewise, by gather_standardise's formula. The spans are padded to whole blocks, scale with ones, the
/// others with zeros.
void gather_blocked(MatrixView<const float> values, std::span<const std::uint32_t> rows, const ValueScale& by,
                    Blocked dst, std::size_t first);

}  // namespace strata::kernels::panels
