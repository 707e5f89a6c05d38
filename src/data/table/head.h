// The start of a table: its delimiter, and the names of its columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/table/table.h"
#include "data/table/text.h"

namespace strata {

struct TableHead {
  bool header = false;             ///< whether the first line names the columns
  std::vector<std::string> names;  ///< by it; else, and where a name is empty, the index from 0 (`Unnamed: 0` if
                                   ///< another column has the index for its name)
  TableText body;                  ///< the records behind it, possibly none

  std::size_t columns() const { return names.size(); }
};

/// The text of the file `name` from its start on, without the byte order mark of UTF-8 that it may have. Throws
/// Error(data) if it is gzip data or UTF-16.
std::string_view require_text(std::string_view bytes, const std::string& name);

/// Throws Error(data) by line if the text has a NUL byte.
void reject_nul(const TableText& table);

/// `text` up to its last record that is not a blank line, with the line end.
std::string_view without_blank_end(std::string_view text);

/// Reads the first record of `table`, whose text starts with the file's first, and finds the delimiter as
/// find_delimiter does. Where the dialect leaves it open, `roles` and the text, which is then the whole table's, tell
/// whether the record is a header. Throws Error(data) if the record is faulty, blank, or a header with a name twice or
/// not in UTF-8.
TableHead read_head(TableText table, const TableDialect& dialect, const ColumnRoles& roles = {});

/// Whether `name` is what a column of labels is called.
bool is_label_name(std::string_view name);

}  // namespace strata
