#include "data/table/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "core/text.h"
#include "data/shown_text.h"
#include "data/table/field.h"
#include "data/table/field_values.h"

namespace strata {

namespace {

/// Tells which fields are numbers.
class IsNumber {
 public:
  explicit IsNumber(const FieldValues& values) : values_(values) {}
  bool operator()(const std::string& field) const { return values_.number(field).has_value(); }

 private:
  const FieldValues& values_;
};

/// Whether the numbers among `fields` are 0, 1, 2, … or 1, 2, 3, …, as programs call columns that nobody has named.
bool are_counted(const std::vector<std::string>& fields, const IsNumber& is_number) {
  std::vector<std::string> numbers;
  std::ranges::copy_if(fields, std::back_inserter(numbers), is_number);
  const std::size_t first = !numbers.empty() && numbers.front() == "1" ? 1 : 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != std::to_string(first + i)) {
      return false;
    }
  }
  return !numbers.empty();
}

/// Whether no text of the first record, whose `fields` these are, stands in its column again, as a class would.
bool are_texts_unique(const TableText& table, const std::vector<std::string>& fields, const IsNumber& is_number) {
  bool unique = true;
  bool is_first_record = true;
  read_fields(table, table.text, fields.size(), [&](std::size_t column, std::string_view text) {
    const std::string& name = fields[column];
    unique = unique && (is_first_record || text != name || name.empty() || is_number(name));
    is_first_record = is_first_record && column + 1 < fields.size();
    return unique;
  });
  return unique;
}

/// Whether a name, not an index, to which `roles` give a role is among `fields`.
bool names_one_of(const ColumnRoles& roles, const std::vector<std::string>& fields) {
  const auto is_named = [&](const std::string& role) {
    const auto index = parse_number<std::size_t>(role);
    return !role.empty() && !(index && *index < fields.size()) && std::ranges::find(fields, role) != fields.end();
  };
  return is_named(roles.label) || is_named(roles.id) || is_named(roles.weight) ||
         std::ranges::any_of(roles.ignored, is_named) || std::ranges::any_of(roles.categories, is_named) ||
         std::ranges::any_of(roles.dates, is_named) || std::ranges::any_of(roles.targets, is_named) ||
         std::ranges::any_of(roles.labels, is_named);
}

/// Whether whole numbers in order are names: a row of data may have two by chance, but not beside a label's name.
bool is_counted_header(const TableText& table, const std::vector<std::string>& fields, const IsNumber& is_number) {
  constexpr std::ptrdiff_t kFewNumbers = 2;
  const bool has_label = std::ranges::any_of(fields, is_label_name);
  const bool has_text =
      std::ranges::any_of(fields, [&](const std::string& field) { return !field.empty() && !is_number(field); });
  return (has_label || (has_text && std::ranges::count_if(fields, is_number) > kFewNumbers)) &&
         are_counted(fields, is_number) && are_texts_unique(table, fields, is_number);
}

bool is_header(const TableText& table, const std::vector<std::string>& fields, const TableDialect& dialect,
               const ColumnRoles& roles) {
  if (dialect.header != HeaderLine::automatic) {
    return dialect.header == HeaderLine::yes;
  }
  const FieldValues values(dialect);
  const IsNumber is_number(values);
  return std::ranges::none_of(fields, is_number) || names_one_of(roles, fields) ||
         is_counted_header(table, fields, is_number);
}

/// A name for a column without one: its index, unless another column is called that.
std::string index_name(std::size_t column, const std::vector<std::string>& names) {
  std::string name = std::to_string(column);
  while (std::ranges::find(names, name) != names.end()) {
    name.insert(0, "Unnamed: ");
  }
  return name;
}

std::vector<std::string> name_columns(const std::vector<std::string>& fields, bool header) {
  std::vector<std::string> names = fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!header) {
      names[i] = std::to_string(i);
    } else if (fields[i].empty()) {
      names[i] = index_name(i, fields);
    }
  }
  return names;
}

void check_names(const std::string& file, const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!is_utf8(name)) {
      throw data_error("{}: its header has the name {}, which is not UTF-8; save the file as UTF-8", file, shown(name));
    }
    if (!seen.insert(name).second) {
      throw data_error(
          "{}: its header has the name {} twice; expected different names; rename a column (or, if the first line is "
          "a row of data, say ‹header› no)",
          file, shown(name));
    }
  }
}

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

std::string_view require_text(std::string_view bytes, const std::string& name) {
  if (bytes.starts_with("\x1f\x8b")) {
    throw data_error("{}: is gzip data; expected text; end its name in .gz, or inflate it by gunzip", name);
  }
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    throw data_error("{}: is text in UTF-16; expected UTF-8; save it as UTF-8", name);
  }
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  bytes.remove_prefix(bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  return bytes;
}

void reject_nul(const TableText& table) {
  if (const std::size_t nul = table.text.find('\0'); nul != std::string_view::npos) {
    throw data_error("{}: line {}: has a NUL byte; expected text in UTF-8; check that it is a table", table.name,
                     table.line_of(table.text.data() + nul));
  }
}

std::string_view without_blank_end(std::string_view text) {
  while (text == "\n" || text == "\r\n" || text.ends_with("\n\n") || text.ends_with("\n\r\n")) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  return text;
}

bool is_label_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kLabelNames = {"label", "class", "target"};
  return std::ranges::any_of(kLabelNames, [&](std::string_view label) { return spells(name, label); });
}

TableHead read_head(TableText table, const TableDialect& dialect, const ColumnRoles& roles) {
  check_dialect(dialect);
  if (table.text.empty() || table.text.starts_with('\n') || table.text.starts_with("\r\n")) {
    throw data_error("{}: {}; expected a table of text, its columns' names or a row on the first line; check the file",
                     table.name, table.text.empty() ? "is empty" : "its first line is blank");
  }
  table.delimiter = find_delimiter(table, dialect);
  FieldCursor cursor(table, table.text);
  std::vector<std::string> fields;
  do {
    fields.emplace_back(cursor.next());
  } while (!cursor.record_ended());

  TableHead head;
  head.header = is_header(table, fields, dialect, roles);
  head.names = name_columns(fields, head.header);
  if (head.header) {
    check_names(table.name, head.names);
    const std::size_t length = static_cast<std::size_t>(cursor.position() - table.text.data());
    table.first_line = table.line_of(cursor.position());
    table.text.remove_prefix(length);
  }
  head.body = std::move(table);
  return head;
}

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
