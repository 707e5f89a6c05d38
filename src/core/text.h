// Bytes as text, of files and for people: letters in either case, UTF-8, widths in characters, cells that line up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

// Files and programs spell names and words in either case. ASCII alone, in any locale.

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

// Names that go into JSON must be UTF-8.

/// Whether `text` is well-formed UTF-8: shortest forms only, no surrogates, up to U+10FFFF.
bool is_utf8(std::string_view text);

/// `text` for JSON that tells something: each byte that belongs to no such character as \xNN.
std::string utf8_text(std::string_view text);

// For people.

/// Characters, where `text` is UTF-8.
std::size_t width_of(std::string_view text);

/// At most `width` characters of `text`, the last of them … if some are left out.
std::string shortened(std::string_view text, std::size_t width);

/// Its last characters, after … if some are left out: of paths those tell most.
std::string tail_of(std::string_view text, std::size_t width);

/// The lines of `text`, each of which has its end.
std::vector<std::string> lines_of(std::string_view text);

/// The name, padded to `width` characters, the text and a newline.
std::string labelled_line(std::size_t width, std::string_view name, const std::string& text);

enum class Alignment { left, numbers };

/// A line for each of `rows`, which are of equal length; cells two spaces apart. numbers: all columns but the first
/// are flush right.
std::string aligned(const std::vector<std::vector<std::string>>& rows, Alignment alignment = Alignment::left);

}  // namespace strata
