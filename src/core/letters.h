// Texts compared without their letters' case, as files and programs spell names and words in either. ASCII alone, in
// any locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace strata {

constexpr char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lower_letters(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), lower_letter);
  return lower;
}

/// Whether `text` is `word`, which is in lower case.
constexpr bool spells(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, {}, lower_letter);
}

}  // namespace strata
