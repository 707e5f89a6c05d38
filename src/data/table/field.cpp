#include "data/table/field.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "core/error.h"
#include "data/shown_text.h"

namespace strata {

namespace {

constexpr std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

}  // namespace

FieldCursor::FieldCursor(const TableText& table, std::string_view records)
    : table_(table),
      at_(records.data()),
      end_(records.data() + records.size()),
      delimiter_(table.delimiter == ' ' ? '\0' : table.delimiter) {
  assert((records.empty() || records.back() == '\n') && table.delimiter != '\0');
  for (const char c : {table.delimiter, '\n', '\r', '"'}) {
    stops_[index_of(c)] = true;
  }
  stops_[index_of('\t')] = stops_[index_of('\t')] || blanks_divide();
}

std::string_view FieldCursor::next() {
  assert(!at_end());
  const char* const start = skip_blanks(at_);
  quoted_ = *start == '"';
  return quoted_ ? quoted_field(start) : plain_field(start);
}

const char* FieldCursor::skip_blanks(const char* at) const {
  while (is_blank(*at)) {
    ++at;
  }
  return at;
}

/// Goes on behind the field that starts at `start` and has nothing left at `stop` but, where they divide, blanks.
void FieldCursor::end_field(const char* stop, const char* start) {
  const char* const next = blanks_divide() ? skip_blanks(stop) : stop;
  if (*stop == delimiter_) {
    at_ = stop + 1;
    record_ended_ = false;
  } else if (end_record(next)) {
    return;
  } else if (next != stop) {
    at_ = next;
    record_ended_ = false;
  } else {
    fail(start, *stop == '\r'   ? "a carriage return without a newline; expected LF or CR LF at the end of a line"
                : *start == '"' ? "text behind the closing quote of a field; expected the next delimiter"
                                : "a quote within a field; expected such a field in quotes, its own quotes doubled");
  }
}

std::string_view FieldCursor::plain_field(const char* start) {
  const char* stop = start;
  while (!stops_[index_of(*stop)]) {  // a newline at the latest
    ++stop;
  }
  end_field(stop, start);
  while (stop != start && is_blank(stop[-1])) {
    --stop;
  }
  return {start, stop};
}

std::string_view FieldCursor::quoted_field(const char* start) {
  unquoted_.clear();
  for (const char* part = start + 1;;) {
    const auto* const quote = static_cast<const char*>(std::memchr(part, '"', static_cast<std::size_t>(end_ - part)));
    if (quote == nullptr) {
      fail(start, "a quote that is never closed; expected another one at the field's end");
    }
    if (quote[1] != '"') {
      end_field(blanks_divide() ? quote + 1 : skip_blanks(quote + 1), start);
      return unquoted_.empty() ? std::string_view(part, quote) : std::string_view(unquoted_.append(part, quote));
    }
    unquoted_.append(part, quote + 1);
    part = quote + 2;
  }
}

void FieldCursor::fail(const char* start, std::string_view what) const {
  const char* const line_end = std::find(start, end_, '\n');
  throw data_error("{}: line {}: has {}; found {}; correct the line", table_.name, table_.line_of(start), what,
                   shown({start, line_end}));
}

}  // namespace strata
