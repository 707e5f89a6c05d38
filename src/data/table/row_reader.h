// Reads a run of a table's records, field by field, as a plan has them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "data/class_index.h"
#include "data/dataset.h"
#include "data/table/columns.h"
#include "data/table/field.h"
#include "data/table/text.h"

namespace strata {

/// The labels of some rows.
struct ChunkLabels {
  NameIndex names;      ///< those of a training table; for a model those that are spelled otherwise than their class
  bool quoted = false;  ///< whether one of a training table stands in quotes that is no plain whole number
};

/// Calls use(tag) for each of a row's labels in `text`, between which `separator` stands; blanks around one are none of
/// it, and an empty one is none.
template <class Use>
void for_each_tag(std::string_view text, std::string_view separator, Use&& use) {
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t end = std::min(text.find(separator, first), text.size());
    std::string_view tag = text.substr(first, end - first);
    const std::size_t begin = std::min(tag.find_first_not_of(" \t"), tag.size());
    tag = tag.substr(begin, tag.find_last_not_of(" \t") + 1 - begin);
    if (!tag.empty()) {
      use(tag);
    }
    first = end + separator.size();
  }
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

}  // namespace strata
