// Dropout (Srivastava et al. 2014), inverted: the units that stay are scaled up in training, so that evaluation does
// nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/tensor.h"
#include "kernels/bf16.h"

namespace strata::kernels {

/// Which units of one layer are dropped at one step: a pure function of a unit and its row's place in the batch, so
/// that no thread needs to know what another one drew. With b the unit's block of 16 and u its place in it, it is
/// dropped if word 2 (u / 8) + u mod 2 of Philox4x32-10 at counter (row, 4 b + u / 2 mod 4, 0, 4) is below the
/// threshold.
struct DropoutMask {
  std::array<std::uint32_t, 2> key{};
  std::uint32_t threshold = 0;  ///< the rate times 2^32
  float scale = 1;              ///< of units that stay: 1 / (1 - rate)
};

/// The mask of hidden layer `layer` at update `step`: its key is the first word that the dropout stream of `seed` has
/// at (layer, step). `rate` is in [0, 1).
DropoutMask dropout_mask(double rate, std::uint64_t seed, std::size_t layer, std::uint64_t step);

/// dst(r, u) = scale * src(r, u), or 0 where unit first_unit + u of the batch's row first_row + r is dropped.
/// The same for values on their way forward and for gradients on their way back. first_unit is a multiple of 16;
/// src and dst are of one shape and may be the same.
void drop_units(const DropoutMask& mask, MatrixView<const float> src, std::size_t first_row, std::size_t first_unit,
                MatrixView<float> dst);

/// The same of bf16 numbers: each product is one of fp32, rounded.
void drop_units(const DropoutMask& mask, MatrixView<const Bf16> src, std::size_t first_row, std::size_t first_unit,
                MatrixView<Bf16> dst);

}  // namespace strata::kernels
