// What columns of numbers are held less where fp32 cannot tell the numbers themselves apart: docs/numerics.md.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// Offsets to hold values less, (features), or empty where there are none; nullopt: of a training part, whose numbers
/// say which they need.
using GivenOffsets = std::optional<std::vector<double>>;

/// The columns of `values` that may need an offset: their numbers are twice as far from 0 as from each other, or
/// farther. Their numbers in double tell.
std::vector<std::size_t> far_columns(MatrixView<const float> values);

/// The offset that a column of these numbers needs, in the order of the rows, NaN where one is missing: the first of
/// them if there are two that are one number in fp32 and differ by more than the range divided by 2^22, else 0.
/// What is left of them less that offset, rounded to fp32, differs wherever they did by that much.
double offset_of(std::span<const double> numbers);

/// Targets have no offset. Throws Error(data), with a constant to subtract, if two of a column of targets in
/// far_columns are one number in fp32 and differ by more than the range divided by 2^12. `column` is shown as it
/// stands.
void require_apart(std::span<const double> targets, std::string_view source, std::string_view column);

}  // namespace strata
