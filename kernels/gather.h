// Pick a batch's rows and standardise them on the way.
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"

namespace strata::kernels {

/// dst(i, f) = fma(pixels(rows[i], f), factor[f], offset[f]).
/// pixels (any rows, features), factor and offset (features), dst (rows.size(), features).
/// One rounding for each element with FMA; two on an instruction set without it.
void gather_standardise(MatrixView<const std::uint8_t> pixels, std::span<const std::uint32_t> rows,
                        std::span<const float> factor, std::span<const float> offset, MatrixView<float> dst);

}  // namespace strata::kernels
