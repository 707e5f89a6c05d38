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
  std::size_t first_line = 1;  ///< of the text, in the file
  char delimiter = ',';

  /// The line, counted from 1, on which `at` stands.
  std::size_t line_of(const char* at) const;
};

/// A field or name of a file for a message: in quotes, cut after 40 bytes, control characters and what is not UTF-8 as
/// \xNN (\t, \r, \n and \0 as such).
std::string shown(std::string_view text);

/// 'a', 'b', 'c': the first ten, and how many in all if there are more.
std::string shown_names(const std::vector<std::string>& names);

}  // namespace strata
