// The fields of a table's records, as RFC 4180 divides them.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/error.h"
#include "data/table/decimal.h"
#include "data/table/text.h"

namespace strata {

/// Goes through the fields of some records. A record ends with LF or CR LF; a field that starts with a quote ends with
/// one, and within it two stand for one. Blanks (spaces, and tabs unless they divide fields) around a field are no part
/// of it; where blanks divide fields, one or more do, and those around a record do not. Throws Error(data) by line on a
/// quote within or behind a field, one without its end, and a lone CR.
class FieldCursor {
 public:
  /// At the start of `records`, a part of table.text that ends with a newline. `table`, whose delimiter is known, must
  /// outlive the cursor.
  FieldCursor(const TableText& table, std::string_view records);

  /// Whether no record follows.
  bool at_end() const { return at_ == end_; }
  /// Where the next field starts.
  const char* position() const { return at_; }
  /// Whether next() has read it in quotes.
  bool was_quoted() const { return quoted_; }
  /// Whether the field read last was the last of its record.
  bool record_ended() const { return record_ended_; }
  /// Whether the next record has not a single character. (Only between records.)
  bool at_blank_line() const { return *at_ == '\n' || (*at_ == '\r' && at_[1] == '\n'); }

  /// The next field, unquoted; holds until the next call. Not at the end.
  std::string_view next();

  /// Reads the next field if it is a plain number, within fp32's range and without quotes or blanks, as almost all are;
  /// otherwise it stays the next. (Where blanks divide fields it stays, but for the last one of a record.)
  bool next_number(float& value) {
    const char* const stop = read_decimal(at_, end_, value);
    if (stop == nullptr || value - value != 0.0F) {
      return false;
    }
    if (*stop == delimiter_) {
      at_ = stop + 1;
      record_ended_ = false;
      return true;
    }
    return end_record(stop);
  }

 private:
  bool is_blank(char c) const { return c == ' ' || (c == '\t' && delimiter_ != '\t'); }
  bool blanks_divide() const { return delimiter_ == '\0'; }
  const char* skip_blanks(const char* at) const;
  /// Whether a record ends at `stop`; then the next one follows.
  bool end_record(const char* stop) {
    const char* const newline = stop + (*stop == '\r' ? 1 : 0);
    if (*newline != '\n') {
      return false;
    }
    at_ = newline + 1;
    record_ended_ = true;
    return true;
  }
  void end_field(const char* stop, const char* start);
  std::string_view plain_field(const char* start);
  std::string_view quoted_field(const char* start);
  [[noreturn]] void fail(const char* start, std::string_view what) const;

  const TableText& table_;
  const char* at_;
  const char* end_;
  char delimiter_;  ///< '\0', which no text has, if blanks divide fields
  bool record_ended_ = true;
  bool quoted_ = false;
  std::array<bool, 256> stops_{};  ///< characters that an unquoted field may not hold
  std::string unquoted_;
};

/// Calls field(column, text) for all fields up to the first fault of a record's form, or until it gives false. Whether
/// it came to the end.
template <class Field>
bool read_fields(const TableText& table, std::string_view records, std::size_t columns, Field&& field) {
  try {
    FieldCursor cursor(table, records);
    while (!cursor.at_end()) {
      for (std::size_t column = 0; column < columns; ++column) {
        const std::string_view text = cursor.next();
        if (cursor.record_ended() != (column + 1 == columns) || !field(column, text)) {
          return false;
        }
      }
    }
    return true;
  } catch (const Error&) {  // reading the rows finds it again, and throws it if nothing stands before it
    return false;
  }
}

}  // namespace strata
