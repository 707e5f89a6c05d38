// The start of a table: its delimiter, and the names of its columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/table.h"
#include "data/table_text.h"

namespace strata {

struct TableHead {
  bool header = false;             ///< whether the first line names the columns
  std::vector<std::string> names;  ///< by it; else, and where a name is empty, the index from 0
  TableText body;                  ///< the records behind it, possibly none

  std::size_t columns() const { return names.size(); }
};

/// The text of the file `name` from its start on, without the byte order mark of UTF-8 that it may have. Throws
/// Error(data) if it is gzip data or UTF-16.
std::string_view require_text(std::string_view bytes, const std::string& name);

/// Throws Error(data) by line if `text`, which starts on line `first_line` of the file `name`, has a NUL byte.
void reject_nul(std::string_view text, const std::string& name, std::size_t first_line);

/// `text` up to its last record that is not a blank line, with the line end.
std::string_view without_blank_end(std::string_view text);

/// Reads the first record of `text`, whole records from the first line of the file `name` on. The delimiter is a tab if
/// the first record has one outside quotes, else a semicolon if it has one, else a comma. Throws Error(data) if the
/// record is faulty, blank, or a header with a name twice or not in UTF-8.
TableHead read_head(const std::string& name, std::string_view text, HeaderLine header);

}  // namespace strata
