// Which known name a mistyped one was meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace strata::cli {

/// Edits that turn `a` into `b`: insertions, deletions, substitutions and swaps of neighbours, no part edited twice
/// (Damerau 1964; the restricted distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name of `names` (not empty) with the smallest distance from `text`; ties: the first.
std::string_view nearest(std::string_view text, std::span<const std::string_view> names);

}  // namespace strata::cli
