// The known name nearest to one that is not known, for messages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name with the smallest distance to `word`, the first of equals; empty without names.
std::string nearest_name(std::string_view word, std::span<const std::string_view> names);

/// "a, b, c"
std::string join_names(std::span<const std::string_view> names);

}  // namespace strata
