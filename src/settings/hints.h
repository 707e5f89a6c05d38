// What to write instead of a name that nobody knows here: by its meaning, then by its spelling.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "settings/option.h"

namespace strata {

/// What other programs call an option.
struct Synonym {
  std::string_view name;    ///< with dashes
  std::string_view option;  ///< the one that it leads to
  std::string_view here{};  ///< what to write instead, fields between ‹ and ›; empty: the option itself
};

/// A name leads to the first of its options that is known where it is given.
std::span<const Synonym> synonyms();

/// `here that is ‹batch_size›`, by the synonyms of `known` options, else `the nearest known one is ‹batch_size›`, for
/// an unknown `word` without dashes before it.
std::string name_hint(std::string_view word, std::span<const std::string_view> known);

/// `, which is a value of ‹isa›` where exactly one other option has that choice; else empty.
std::string value_hint(const Option& option, std::string_view text, const std::vector<Option>& options);

}  // namespace strata
