// Reads a run of a table's records, field by field, as a plan has them.
#pragma once

#include <cstddef>
#include <string_view>

#include "data/dataset.h"
#include "data/table_columns.h"
#include "data/table_field.h"
#include "data/table_records.h"

namespace strata {

/// Fills the rows of a Dataset that belong to one chunk; other chunks' readers may fill theirs at the same time.
class RowReader {
 public:
  /// `data` has room for all rows of `table`, and row 0 of `table` is row `first_row` of the file. Labels are classes
  /// of the plan, or numbers in `label_names`, which takes up those that are new. All must outlive the reader.
  RowReader(const TableText& table, const RecordChunk& chunk, std::size_t first_row, const TablePlan& plan,
            Dataset& data, NameIndex* label_names);

  /// Throws Error(data) by line, row and column on the chunk's first fault.
  void read();

 private:
  void read_record();
  void read_field(std::size_t column);
  float read_number(std::size_t column);
  float read_other_number(std::size_t column);
  float read_weight(std::size_t column);
  void read_category(std::size_t column, float* features);
  std::uint32_t read_label(std::size_t column);
  std::string_view read_id(std::size_t column);
  void reject_blank_line() const;
  void check_field_count() const;
  void require_utf8(std::size_t column, std::string_view text) const;
  [[noreturn]] void reject(std::size_t column, std::string_view found, std::string_view expected) const;

  const TableText& table_;
  const RecordChunk& chunk_;
  const TablePlan& plan_;
  Dataset& data_;
  NameIndex* label_names_;
  FieldCursor cursor_;
  std::size_t first_row_;
  std::size_t row_;               ///< of the Dataset
  const char* record_ = nullptr;  ///< the start of the row's record
};

/// Whether a field of this text is missing: it is empty, ?, or NA, NaN or null in any case.
bool is_missing(std::string_view text);

}  // namespace strata
