#include "data/table_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/utf8.h"
#include "data/decimal.h"
#include "data/table_field.h"
#include "data/table_records.h"

namespace strata {

namespace {

/// Outside quotes, in the first record.
bool stands_in_first_record(std::string_view text, char delimiter) {
  bool in_quotes = false;
  for (const char c : text) {
    in_quotes = in_quotes != (c == '"');
    if (!in_quotes && (c == delimiter || c == '\n')) {
      return c == delimiter;
    }
  }
  return false;
}

char find_delimiter(std::string_view text) {
  return stands_in_first_record(text, '\t') ? '\t' : stands_in_first_record(text, ';') ? ';' : ',';
}

bool is_number(const std::string& field) {
  float value = 0;
  return read_decimal(field.data(), field.data() + field.size(), value) == field.data() + field.size();
}

bool is_header(const std::vector<std::string>& fields, HeaderLine header) {
  return header == HeaderLine::yes || (header == HeaderLine::automatic && std::ranges::none_of(fields, is_number));
}

/// Gives empty names their index.
std::vector<std::string> name_columns(std::vector<std::string> fields, bool header) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!header || fields[i].empty()) {
      fields[i] = std::to_string(i);
    }
  }
  return fields;
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
          "a row of data, say --header no)",
          file, shown(name));
    }
  }
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

void reject_nul(std::string_view text, const std::string& name, std::size_t first_line) {
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw data_error("{}: line {}: has a NUL byte; expected text in UTF-8; check that it is a table", name,
                     first_line + count_character(text.substr(0, nul), '\n'));
  }
}

std::string_view without_blank_end(std::string_view text) {
  while (text == "\n" || text == "\r\n" || text.ends_with("\n\n") || text.ends_with("\n\r\n")) {
    text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  }
  return text;
}

TableHead read_head(const std::string& name, std::string_view text, HeaderLine header) {
  TableText table{name, text, 1, find_delimiter(text)};
  FieldCursor cursor(table, text);
  if (cursor.at_end() || cursor.at_blank_line()) {
    throw data_error("{}: {}; expected a table of text, its columns' names or a row on the first line; check the file",
                     name, text.empty() ? "is empty" : "its first line is blank");
  }
  std::vector<std::string> fields;
  do {
    fields.emplace_back(cursor.next());
  } while (!cursor.record_ended());

  TableHead head;
  head.header = is_header(fields, header);
  head.names = name_columns(std::move(fields), head.header);
  head.body = table;
  if (head.header) {
    check_names(name, head.names);
    head.body.first_line = table.line_of(cursor.position());
    head.body.text.remove_prefix(static_cast<std::size_t>(cursor.position() - text.data()));
  }
  return head;
}

}  // namespace strata
