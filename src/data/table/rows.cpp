#include "data/table/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"
#include "core/machine.h"
#include "core/text.h"
#include "data/shown_text.h"
#include "data/table/date.h"
#include "data/table/field.h"

namespace strata {

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::string_view kWeight = "a weight from 0; give it one";
/// Of an empty field that is not missing.
constexpr std::string_view kUnlisted =
    " (‹missing_values› does not list the empty field: it is an empty TEXT, as in ,NA)";

/// Whether `text` is an infinity, as other programs write it.
bool is_infinity(std::string_view text) {
  constexpr std::array<std::string_view, 2> kInfinities = {"inf", "infinity"};
  text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
  return std::ranges::any_of(kInfinities, [&](std::string_view name) { return spells(text, name); });
}

/// Fills the rows of a Dataset that belong to one chunk; other chunks' readers may fill theirs at the same time.
class RowReader {
 public:
  /// `data` has room for all rows of `table`, and row 0 of `table` is row `first_row` of the file. Labels are classes
  /// of the plan, or numbers in `labels`, which takes up those that are new. All must outlive the reader.
  RowReader(const TableText& table, const RecordChunk& chunk, std::size_t first_row, const TablePlan& plan,
            Dataset& data, ChunkLabels& labels);

  /// Throws Error(data) by line, row and column on the chunk's first fault.
  void read();

 private:
  void read_record();
  void read_field(std::size_t column);
  float read_number(std::size_t column);
  float read_other_number(std::size_t column);
  float read_date(std::size_t column);
  float read_weight(std::size_t column);
  void read_category(std::size_t column, float* features);
  std::uint32_t read_label(std::size_t column);
  float read_flag(std::size_t column);
  void read_tags(std::size_t column);
  std::uint32_t read_class(std::size_t column, std::string_view text);
  float* row_targets() { return data_.target_values.data() + row_ * data_.target_columns; }
  std::string_view read_id(std::size_t column);
  void check_label(std::size_t column, std::string_view text) const;
  void reject_blank_line() const;
  void check_field_count() const;
  void require_utf8(std::size_t column, std::string_view text) const;
  [[noreturn]] void reject(std::size_t column, std::string_view what, std::string_view expected) const;
  [[noreturn]] void reject_found(std::size_t column, std::string_view text, std::string_view expected) const;
  [[noreturn]] void reject_number(std::size_t column, std::string_view text) const;
  [[noreturn]] void reject_missing(std::size_t column, std::string_view text, std::string_view expected) const;

  const TableText& table_;
  const RecordChunk& chunk_;
  const TablePlan& plan_;
  Dataset& data_;
  ChunkLabels& labels_;
  FieldCursor cursor_;
  std::size_t first_row_;
  std::size_t row_;               ///< of the Dataset
  const char* record_ = nullptr;  ///< the start of the row's record
};

RowReader::RowReader(const TableText& table, const RecordChunk& chunk, std::size_t first_row, const TablePlan& plan,
                     Dataset& data, ChunkLabels& labels)
    : table_(table),
      chunk_(chunk),
      plan_(plan),
      data_(data),
      labels_(labels),
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
    case ColumnUse::other_number:
      *features = read_other_number(column);
      break;
    case ColumnUse::date:
      *features = read_date(column);
      break;
    case ColumnUse::category:
      read_category(column, features);
      break;
    case ColumnUse::label:
      data_.labels[row_] = read_label(column);
      break;
    case ColumnUse::target:
      row_targets()[planned.feature] = read_number(column);
      break;
    case ColumnUse::flag:
      row_targets()[planned.feature] = read_flag(column);
      break;
    case ColumnUse::tags:
      read_tags(column);
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
  return plan_.values.take_plain_numbers() && cursor_.next_number(value) ? value : read_other_number(column);
}

/// A number in quotes or between blanks, one that is not taken as it stands, missing or not finite, or a fault.
float RowReader::read_other_number(std::size_t column) {
  const std::string_view text = cursor_.next();
  const bool missing = plan_.values.is_missing_number(text);
  const std::optional<float> number = missing ? std::nullopt : plan_.values.number(text);
  if (!missing && !number && !is_infinity(text)) {
    reject_number(column, text);
  }
  float value = number.value_or(kMissing);
  if (std::isfinite(value) && plan_.columns[column].offset != 0) {
    value = static_cast<float>(plan_.values.exact(text) - plan_.columns[column].offset);
  }
  if (!missing && std::isfinite(value)) {
    return value;
  }
  const auto fail = [&](std::string_view expected) {
    missing ? reject_missing(column, text, expected) : reject_found(column, text, expected);
  };
  if (plan_.columns[column].use == ColumnUse::weight) {
    fail(kWeight);
  }
  if (plan_.columns[column].use == ColumnUse::target) {
    fail("a finite number to learn; give it one, or take the row out");
  }
  if (plan_.options.missing == MissingValues::error) {
    fail("a finite number that fp32 can hold; correct it, or take the mean of the training rows by ‹missing› mean");
  }
  return kMissing;
}

float RowReader::read_date(std::size_t column) {
  const std::string_view text = cursor_.next();
  const bool missing = plan_.values.is_missing_number(text);
  if (missing && plan_.options.missing == MissingValues::error) {
    reject_missing(column, text, "a date; give it one, or take the mean of the training rows by ‹missing› mean");
  }
  if (missing) {
    return kMissing;
  }
  const std::optional<double> days = days_of_date(text);
  if (!days) {
    reject_found(column, text,
                 fmt::format("a date, or a date and time, such as 2024-05-31 or 2024-05-31T23:59:59Z{}; correct it",
                             text.empty() ? kUnlisted : ""));
  }
  return static_cast<float>(*days - plan_.columns[column].offset);
}

float RowReader::read_weight(std::size_t column) {
  const float weight = read_number(column);
  if (weight < 0) {
    reject_found(column, fmt::format("{}", weight), kWeight);
  }
  return weight;
}

void RowReader::read_category(std::size_t column, float* features) {
  const NameIndex& categories = plan_.categories[plan_.columns[column].category];
  const std::string_view text = cursor_.next();
  const bool missing = plan_.values.is_missing_category(text);
  std::fill_n(features, categories.names().size(), missing ? kMissing : 0.0F);
  if (missing && plan_.options.missing == MissingValues::error) {
    reject_missing(column, text, "a category; give it one, or ‹missing› mean for the share that each has in training");
  }
  if (missing) {
    return;
  }
  if (const auto category = categories.find(text)) {
    features[*category] = 1.0F;
    return;
  }
  require_utf8(column, text);
  if (text.empty()) {
    reject_found(column, text, fmt::format("a category{}; give it one", kUnlisted));
  }
  if (plan_.options.unseen == UnseenCategories::error) {
    reject_found(
        column, text,
        fmt::format("a category of the training rows ({}); correct it, or take zeros by ‹unseen_categories› zeros",
                    shown_names(categories.names())));
  }
}

std::uint32_t RowReader::read_label(std::size_t column) {
  const std::string_view text = cursor_.next();
  if (plan_.classes) {
    return read_class(column, text);
  }
  labels_.quoted = labels_.quoted || (cursor_.was_quoted() && !is_plain_whole(text));
  if (const auto known = labels_.names.find(text)) {
    return *known;
  }
  check_label(column, text);
  return labels_.names.add(text);
}

/// 0 or 1, or as programs write booleans.
float RowReader::read_flag(std::size_t column) {
  const std::string_view text = cursor_.next();
  if (text.empty() || plan_.values.is_missing_number(text)) {
    reject_missing(column, text, "0 or 1; give it one, or take the row out");
  }
  constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
  constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
  const std::optional<float> number = plan_.values.number(text);
  if (number == 1.0F || std::ranges::find(kTrue, text) != kTrue.end()) {
    return 1.0F;
  }
  if (number != 0.0F && std::ranges::find(kFalse, text) == kFalse.end()) {
    reject_found(column, text, "0 or 1 (or false or true), a label that the row lacks or has; correct it");
  }
  return 0.0F;
}

/// Those of the row's labels; none is no fault.
void RowReader::read_tags(std::size_t column) {
  const std::string_view text = cursor_.next();
  if (!text.empty() && plan_.values.is_missing_label(text)) {
    reject_missing(column, text, "labels; give it some, or leave the field empty if it has none");
  }
  require_utf8(column, text);
  float* const targets = row_targets();
  std::fill_n(targets, data_.target_columns, 0.0F);
  for_each_tag(text, plan_.label_separator, [&](std::string_view tag) {
    if (const auto label = plan_.tags.find(tag)) {
      targets[*label] = 1.0F;
    } else {
      reject_found(column, tag,
                   fmt::format("a label of the training rows ({}); correct it", shown_names(plan_.tags.names())));
    }
  });
}

/// A label of a table for a model.
std::uint32_t RowReader::read_class(std::size_t column, std::string_view text) {
  if (const auto spelled = plan_.classes->find_spelled(text)) {
    return *spelled;
  }
  if (const auto same = plan_.classes->find(text)) {
    if (!labels_.names.find(text)) {
      labels_.names.add(text);
    }
    return *same;
  }
  check_label(column, text);
  reject_found(column, text,
               fmt::format("a class of the training rows ({}); correct it", shown_names(plan_.classes->names())));
}

/// Of a label that is new.
void RowReader::check_label(std::size_t column, std::string_view text) const {
  if (text.empty() || plan_.values.is_missing_label(text)) {
    reject_missing(column, text, "a label; give it one, or take the row out");
  }
  require_utf8(column, text);
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
    reject_found(column, text, "text in UTF-8; save the file as UTF-8");
  }
}

/// A record of too few or too many fields is told as that: its fields stand under the wrong names.
void RowReader::reject(std::size_t column, std::string_view what, std::string_view expected) const {
  check_field_count();
  const bool may_be_names = first_row_ + row_ == 0 && plan_.options.dialect.header == HeaderLine::no;
  throw data_error("{}: line {} (row {}, from 0), column {}: {}; expected {}{}", table_.name, table_.line_of(record_),
                   first_row_ + row_, shown(plan_.names[column]), what, expected,
                   may_be_names ? " (or, if this line names the columns, say ‹header› yes)" : "");
}

void RowReader::reject_found(std::size_t column, std::string_view text, std::string_view expected) const {
  reject(column, fmt::format("found {}", shown(text)), expected);
}

void RowReader::reject_number(std::size_t column, std::string_view text) const {
  const bool comma = plan_.options.dialect.decimal == DecimalMark::comma;
  reject_found(column, text,
               fmt::format("a finite number{}{}; correct it", comma ? " with a decimal comma, such as 1.261,76" : "",
                           text.empty() ? kUnlisted : ""));
}

void RowReader::reject_missing(std::size_t column, std::string_view text, std::string_view expected) const {
  reject(column, fmt::format("is missing: {}", shown(text)), expected);
}

/// Less than what is free on any machine, so that nobody need ask the system.
constexpr std::size_t kAlwaysFree = std::size_t{1} << 20U;

/// Throws if `rows` of `features` are more than can be held.
void check_size(const std::string& name, std::size_t rows, std::size_t features) {
  if (rows > std::numeric_limits<std::uint32_t>::max()) {
    throw data_error("{}: has {} rows; expected at most 2^32 - 1; divide the file", name, rows);
  }
  const std::size_t bytes =
      rows * features * sizeof(float);  // below 2^64: a table's columns are 1 byte of text at least
  if (bytes <= kAlwaysFree) {
    return;
  }
  if (const auto available = available_memory(); available && bytes > *available) {
    throw data_error(
        "{}: {} rows of {} features take {} MB; expected at most {} MB, the memory that is free; leave out columns, "
        "above all categories of many values",
        name, rows, features, bytes >> 20, *available >> 20);
  }
}

Dataset make_dataset(const std::string& name, std::size_t rows, const TablePlan& plan) {
  check_size(name, rows, plan.features + plan.target_names.size());
  Dataset data;
  data.source = name;
  data.sample_shape = {plan.features};
  data.features = plan.features;
  data.offsets = plan.options.offsets;
  data.values.resize(rows * plan.features);
  data.labels.resize(plan.has(ColumnUse::label) ? rows : 0);
  data.target_names = plan.target_names;
  data.target_columns = plan.target_names.size();
  data.target_values.resize(rows * data.target_columns);
  data.row_weights.resize(plan.has(ColumnUse::weight) ? rows : 0);
  data.ids.resize(plan.has(ColumnUse::id) ? rows : 0);
  return data;
}

}  // namespace

TableRows read_rows(const TableText& table, std::size_t first_row, const TablePlan& plan) {
  TableRows rows;
  rows.chunks = cut_records(table.text, plan.options.chunk_bytes);
  rows.data = make_dataset(table.name, rows.chunks.back().first_row + rows.chunks.back().rows, plan);
  rows.labels.resize(rows.chunks.size());
  for_each_chunk(rows.chunks.size(), [&](std::size_t i) {
    RowReader(table, rows.chunks[i], first_row, plan, rows.data, rows.labels[i]).read();
  });
  return rows;
}

}  // namespace strata
