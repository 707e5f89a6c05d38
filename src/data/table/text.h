// The text of a table, and where in it a fault stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Whole records of a table; the last character is a newline.
struct TableText {
  std::string name;  ///< the file's, for messages
  std::string_view text{};
  std::size_t first_line = 1;           ///< of the text, in the file
  char delimiter = '\0';                ///< a blank: one or more of them; '\0': not known yet
  std::vector<std::size_t> left_out{};  ///< lines of the file that are comments, and not in the text; ascending

  /// The line of the file, counted from 1, on which `at` stands.
  std::size_t line_of(const char* at) const;
};

/// The line `newlines` lines behind `first_line`, of those that are not left out.
std::size_t line_behind(std::size_t first_line, std::size_t newlines, const std::vector<std::size_t>& left_out);

}  // namespace strata
