// Numbers read strictly: the whole text counts.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace strata {

/// The number that all of `text` spells, as std::from_chars reads it (no sign +, no spaces, any locale); none if part
/// of it is left over or it is out of range of Number. `inf` and `nan` are floating-point numbers.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace strata
