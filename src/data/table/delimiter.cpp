#include "data/table/delimiter.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/letters.h"
#include "data/shown_text.h"
#include "data/table/field.h"

namespace strata {

namespace {

constexpr std::size_t kRecordsLookedAt = 20;

/// Outside quotes, in the first record; a blank: between other characters.
bool stands_in_first_record(std::string_view text, char delimiter) {
  bool in_quotes = false;
  bool has_field = false;
  bool found = false;  // a delimiter behind a field
  for (const char c : text) {
    in_quotes = in_quotes != (c == '"');
    if (!in_quotes && c == '\n') {
      return false;
    }
    const bool blank = c == ' ' || c == '\t';
    if (!in_quotes && (delimiter == ' ' ? found && !blank && c != '\r' : c == delimiter)) {
      return true;
    }
    found = found || (blank && has_field && !in_quotes);
    has_field = has_field || !blank;
  }
  return false;
}

/// How many fields the next record has.
std::size_t count_fields(FieldCursor& cursor) {
  std::size_t count = 0;
  do {
    cursor.next();
    ++count;
  } while (!cursor.record_ended());
  return count;
}

/// Whether the delimiter divides each of the first records into as many fields, more than one.
bool divides(TableText table, char delimiter) {
  table.delimiter = delimiter;
  try {
    FieldCursor cursor(table, table.text);
    const std::size_t fields = cursor.at_end() ? 0 : count_fields(cursor);
    for (std::size_t i = 1; i < kRecordsLookedAt && fields > 1 && !cursor.at_end(); ++i) {
      if (count_fields(cursor) != fields) {
        return false;
      }
    }
    return fields > 1;
  } catch (const Error&) {
    return false;
  }
}

char automatic_delimiter(const TableText& table, const TableDialect& dialect) {
  std::string candidates = "\t;,|";
  std::erase(candidates, dialect.comment);
  if (dialect.decimal == DecimalMark::comma) {
    std::erase(candidates, ',');
  }
  std::erase_if(candidates, [&](char c) { return !stands_in_first_record(table.text, c); });
  const auto found = std::ranges::find_if(candidates, [&](char c) { return divides(table, c); });
  if (found != candidates.end()) {
    return *found;
  }
  const bool only_blanks = candidates.find_first_not_of('\t') == std::string::npos;
  if (dialect.usual_delimiter == Delimiter::automatic && only_blanks && divides(table, ' ')) {
    return ' ';
  }
  return candidates.empty() ? ',' : candidates.front();
}

}  // namespace

bool take_separator_line(TableText& table) {
  constexpr std::string_view kSeparator = "sep=";
  const std::size_t end = std::min(table.text.find('\n'), table.text.size());
  std::string_view line = table.text.substr(0, end);
  line.remove_suffix(line.ends_with('\r') ? 1 : 0);
  if (line.size() != kSeparator.size() + 1 || !spells(line.substr(0, kSeparator.size()), kSeparator)) {
    return false;
  }
  const char delimiter = line.back();
  if (std::ranges::find(kDelimiters, delimiter, &DelimiterEntry::character) == kDelimiters.end()) {
    throw data_error(
        "{}: line 1: {} names a delimiter that no table has here; expected a comma, semicolon, tab, pipe or blank; "
        "take the line out if it names none",
        table.name, shown(line));
  }
  table.delimiter = delimiter;
  table.text.remove_prefix(std::min(end + 1, table.text.size()));
  table.first_line = line_behind(table.first_line, 1, table.left_out);
  return true;
}

char find_delimiter(const TableText& table, const TableDialect& dialect) {
  if (dialect.delimiter != Delimiter::automatic) {
    return entry_of(dialect.delimiter).character;
  }
  if (table.delimiter != '\0') {
    return table.delimiter;
  }
  const Delimiter usual = dialect.usual_delimiter;
  if (usual != Delimiter::automatic && stands_in_first_record(table.text, entry_of(usual).character)) {
    return entry_of(usual).character;
  }
  return automatic_delimiter(table, dialect);
}

}  // namespace strata
