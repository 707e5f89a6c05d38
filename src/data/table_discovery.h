// What only the rows of a training table tell about its columns.
#pragma once

#include "data/table_columns.h"
#include "data/table_text.h"

namespace strata {

/// Fills in the categories of `schema` that the records of `table` have, by the threads of the current arena. Stops
/// without a word at a fault, which is found again when the rows are read.
void find_categories(const TableText& table, const TablePlan& plan, TableSchema& schema);

/// The columns of numbers in which no field is a number though some have text; up to the first fault of a record's
/// form.
std::vector<std::string> text_columns(const TableText& table, const TablePlan& plan);

}  // namespace strata
