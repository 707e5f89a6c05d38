#include "data/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/utf8.h"
#include "data/decimal.h"

namespace strata {

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::string_view kWeight = "a weight above 0; give it one";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Whether `text` is one of `names`, which are lower case, in any case.
template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& names) {
  return std::ranges::any_of(names, [&](std::string_view name) { return std::ranges::equal(text, name, {}, lower); });
}

/// Whether `text` is an infinity, as other programs write it.
bool is_infinity(std::string_view text) {
  constexpr std::array<std::string_view, 2> kInfinities = {"inf", "infinity"};
  text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
  return is_one_of(text, kInfinities);
}

}  // namespace

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 5> kMissingTexts = {"", "?", "na", "nan", "null"};
  return text.size() <= 4 && is_one_of(text, kMissingTexts);
}

RowReader::RowReader(const TableText& table, const RecordChunk& chunk, std::size_t first_row, const TablePlan& plan,
                     Dataset& data, NameIndex* label_names)
    : table_(table),
      chunk_(chunk),
      plan_(plan),
      data_(data),
      label_names_(label_names),
      cursor_(table, chunk.text),
      first_row_(first_row),
      row_(chunk.first_row) {}

void RowReader::read() {
  for (const std::size_t end = chunk_.first_row + chunk_.rows; row_ < end; ++row_) {
    read_record();
  }
  while (!cursor_.at_end()) {  // text behind the last record end is within quotes that are never closed
    cursor_.next();
  }
}

void RowReader::read_record() {
  assert(!cursor_.at_end());
  record_ = cursor_.position();
  if (cursor_.at_blank_line()) {
    reject_blank_line();
  }
  const std::size_t last = plan_.columns.size() - 1;
  float* const features = data_.values.data() + row_ * plan_.features;
  for (std::size_t column = 0; column <= last; ++column) {
    const PlannedColumn& planned = plan_.columns[column];
    if (planned.use != ColumnUse::number || !cursor_.next_number(features[planned.feature])) {
      read_field(column);
    }
    if (cursor_.record_ended() != (column == last)) {
      check_field_count();
    }
  }
}

void RowReader::read_field(std::size_t column) {
  const PlannedColumn& planned = plan_.columns[column];
  float* const features = data_.values.data() + row_ * plan_.features + planned.feature;
  switch (planned.use) {
    case ColumnUse::number:
      *features = read_number(column);
      break;
    case ColumnUse::category:
      read_category(column, features);
      break;
    case ColumnUse::label:
      data_.labels[row_] = read_label(column);
      break;
    case ColumnUse::id:
      data_.ids[row_] = read_id(column);
      break;
    case ColumnUse::weight:
      data_.row_weights[row_] = read_weight(column);
      break;
    case ColumnUse::skip:
      cursor_.next();
      break;
  }
}

float RowReader::read_number(std::size_t column) {
  float value = 0;
  return cursor_.next_number(value) ? value : read_other_number(column);
}

/// A number in quotes or between blanks, one that is missing or not finite, or a fault.
float RowReader::read_other_number(std::size_t column) {
  const std::string_view text = cursor_.next();
  const bool missing = is_missing(text);
  float value = kMissing;
  if (!missing && read_decimal(text.begin(), text.end(), value) != text.end() && !is_infinity(text)) {
    reject(column, text, "a finite number; correct it");
  }
  if (!missing && std::isfinite(value)) {
    return value;
  }
  if (plan_.columns[column].use == ColumnUse::weight) {
    reject(column, text, kWeight);
  }
  if (plan_.options.missing == MissingValues::error) {
    reject(column, text,
           "a finite number that fp32 can hold; correct it, or take the mean of the training rows by --missing mean");
  }
  return kMissing;
}

float RowReader::read_weight(std::size_t column) {
  const float weight = read_number(column);
  if (weight < std::numeric_limits<float>::min()) {
    reject(column, fmt::format("{}", weight), kWeight);
  }
  return weight;
}

void RowReader::read_category(std::size_t column, float* features) {
  const NameIndex& categories = plan_.categories[plan_.columns[column].category];
  const std::string_view text = cursor_.next();
  const bool missing = is_missing(text);
  std::fill_n(features, categories.names().size(), missing ? kMissing : 0.0F);
  if (missing && plan_.options.missing == MissingValues::error) {
    reject(column, text, "a category; give it one, or --missing mean for the share that each has in training");
  }
  if (missing) {
    return;
  }
  if (const auto category = categories.find(text)) {
    features[*category] = 1.0F;
    return;
  }
  require_utf8(column, text);
  if (plan_.options.unseen == UnseenCategories::error) {
    reject(column, text,
           fmt::format("a category of the training rows ({}); correct it, or take zeros by --unseen-categories zeros",
                       shown_names(categories.names())));
  }
}

std::uint32_t RowReader::read_label(std::size_t column) {
  const std::string_view text = cursor_.next();
  const auto known = label_names_ == nullptr ? plan_.classes->find(text) : label_names_->find(text);
  if (known) {
    return *known;
  }
  if (is_missing(text)) {
    reject(column, text, "a label; give it one, or take the row out");
  }
  require_utf8(column, text);
  if (label_names_ == nullptr) {
    reject(column, text,
           fmt::format("a class of the training rows ({}); correct it", shown_names(plan_.classes->names())));
  }
  return label_names_->add(text);
}

std::string_view RowReader::read_id(std::size_t column) {
  const std::string_view text = cursor_.next();
  require_utf8(column, text);
  return text;
}

void RowReader::reject_blank_line() const {
  throw data_error("{}: line {}: is blank; expected {} fields; blank lines may stand at the end only; take it out",
                   table_.name, table_.line_of(record_), plan_.columns.size());
}

/// Throws unless the record has as many fields as there are columns.
void RowReader::check_field_count() const {
  FieldCursor cursor(table_, {record_, chunk_.text.end()});
  std::size_t count = 0;
  do {
    cursor.next();
    ++count;
  } while (!cursor.record_ended());
  if (count != plan_.columns.size()) {
    throw data_error("{}: line {}: has {} {}; expected {}, as on the first line; correct the line", table_.name,
                     table_.line_of(record_), count, count == 1 ? "field" : "fields", plan_.columns.size());
  }
}

void RowReader::require_utf8(std::size_t column, std::string_view text) const {
  if (!is_utf8(text)) {
    reject(column, text, "text in UTF-8; save the file as UTF-8");
  }
}

/// A record of too few or too many fields is told as that: its fields stand under the wrong names.
void RowReader::reject(std::size_t column, std::string_view found, std::string_view expected) const {
  check_field_count();
  throw data_error("{}: line {} (row {}, from 0), column {}: {} {}; expected {}", table_.name, table_.line_of(record_),
                   first_row_ + row_, shown(plan_.names[column]), is_missing(found) ? "is missing:" : "found",
                   shown(found), expected);
}

}  // namespace strata
