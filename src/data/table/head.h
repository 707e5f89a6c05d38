// The start of a table: its delimiter, where nobody says it, and the names of its columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/table/schema.h"
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

/// Takes the line `sep=;`, with which Excel names the delimiter, off the start of a file's text, and keeps it as
/// table.delimiter. Whether there was one. Throws Error(data) for a character that divides no fields here.
bool take_separator_line(TableText& table);

/// The delimiter of a table that starts with table.text: the dialect's; or that of a line sep=; or the usual one, if
/// the first record has it. Else the first of tab, semicolon, comma and pipe (comma only with a decimal point) that
/// divides each of the first records into as many fields, more than one, and then blanks, if the first record has none
/// of the others but tabs and no delimiter of a model's tables is known. If none does, the first of these that the
/// first record has; a comma if it has none.
char find_delimiter(const TableText& table, const TableDialect& dialect);

}  // namespace strata
