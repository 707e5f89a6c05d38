// What only the rows of a training table tell about its columns.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/table/columns.h"
#include "data/table/text.h"

namespace strata {

/// Fills in the categories of `schema` that the records of `table` have, by the threads of on_threads
/// (data/parallel.h). Stops without a word at a fault, which is found again when the rows are read.
void find_categories(const TableText& table, const TablePlan& plan, TableSchema& schema);

/// The labels that a column of tags has, ordered as order_classes orders texts; by the threads of on_threads
/// (data/parallel.h).
std::vector<std::string> find_tags(const TableText& table, const TablePlan& plan);

/// The numbers of each of these features' columns, of dates their days, NaN where one is missing, exactly as far as
/// double can. `rows` are the table's, which has been read without a fault. are_targets: `features` are targets.
std::vector<std::vector<double>> exact_numbers(const TableText& table, const TablePlan& plan,
                                               const std::vector<std::size_t>& features, std::size_t rows,
                                               bool are_targets = false);

/// Columns that no training can use as they are.
struct ColumnFaults {
  std::vector<std::string> empty;  ///< of numbers or categories: no field has a value
  std::vector<std::string> text;   ///< of numbers: some fields have text, and none a number
};

/// Those of the records up to the first fault of a record's form; behind one, no column is known to be empty.
ColumnFaults column_faults(const TableText& table, const TablePlan& plan);

}  // namespace strata
