// Pick a batch's rows and standardise them on the way.
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "kernels/bf16.h"

namespace strata::kernels {

/// How many rows ahead a gather fetches: rows lie far apart, and nothing else tells the memory what comes next.
inline constexpr std::size_t kRowsAhead = 4;

/// Fetches row rows[i] towards the caches, if there is one.
inline void prefetch_row(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows, std::size_t i) {
  if (i < rows.size()) {
    const std::uint8_t* row = pixels.row(rows[i]);
    for (std::size_t byte = 0; byte < pixels.columns(); byte += kAlignment) {
      __builtin_prefetch(row + byte);
    }
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

}  // namespace strata::kernels
