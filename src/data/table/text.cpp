#include "data/table/text.h"

#include <algorithm>

namespace strata {

std::size_t line_behind(std::size_t first_line, std::size_t newlines, const std::vector<std::size_t>& left_out) {
  std::size_t line = first_line + newlines;
  for (auto out = std::ranges::lower_bound(left_out, first_line); out != left_out.end() && *out <= line; ++out) {
    ++line;
  }
  return line;
}

std::size_t TableText::line_of(const char* at) const {
  return line_behind(first_line, static_cast<std::size_t>(std::count(text.data(), at, '\n')), left_out);
}

}  // namespace strata
