// What the columns of a table look like, before anybody has said what they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/table/head.h"
#include "data/table/table.h"

namespace strata {

/// What most of a column's fields are, those without a value aside.
enum class ColumnKind {
  empty,           ///< no field has a value
  numbers,         ///< all are numbers
  comma_numbers,   ///< all are numbers with a decimal comma, which the dialect does not take
  dates,           ///< all are dates
  marked_numbers,  ///< numbers, and a few words that seem to stand for none
  names,           ///< text that repeats itself
  texts,           ///< text that is another one in most rows
  unique_texts,    ///< text that is another one in every row
  mixed,           ///< numbers, and text that is different every time
};

struct ColumnLook {
  /// More than these are not told apart.
  static constexpr std::size_t kMostValues = 65'537;

  std::string name;
  std::string_view option{};  ///< the field that gives it a role: ‹label_column›; empty: none does
  std::size_t numbers = 0;    ///< finite in fp32
  std::size_t dates = 0;
  std::size_t texts = 0;    ///< neither of them
  std::size_t missing = 0;  ///< without a value, or numbers that are not finite
  std::size_t empty_fields = 0;
  std::size_t comma_numbers = 0;  ///< what a decimal comma would make numbers
  std::size_t values = 0;         ///< that differ, up to kMostValues
  bool counts = true;             ///< whole numbers, each one more than that before
  double minimum = 0;             ///< of the numbers
  double maximum = 0;
  std::vector<std::string> odd_texts{};  ///< of the texts the first that differ, four at most

  std::size_t present() const { return numbers + dates + texts; }
  ColumnKind kind() const;
};

struct TableLook {
  std::string name;  ///< the file's
  bool header = false;
  TableDialect dialect{};  ///< as it has been found
  std::size_t rows = 0;
  std::vector<ColumnLook> columns{};
};

/// The name of a kind, for tables of columns.
std::string_view kind_text(ColumnKind kind);

/// All columns of a training table. Throws Error(usage) for roles that assign_roles refuses but that of the label, and
/// Error(data) for a fault of the table's form.
TableLook look_at_columns(const TableHead& head, const ColumnRoles& roles, const TableDialect& dialect);

/// The same of a file.
TableLook look_at_table(const std::filesystem::path& path, const ColumnRoles& roles, const TableDialect& dialect);

}  // namespace strata
