// What stands between a table's fields, where nobody says it.
#pragma once

#include "data/table/dialect.h"
#include "data/table/text.h"

namespace strata {

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
