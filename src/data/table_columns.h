// Which column of a table is what.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/class_index.h"
#include "data/name_index.h"
#include "data/table.h"
#include "data/table_head.h"

namespace strata {

/// The schema of a training table; its categories are not known yet. Throws Error(usage) if a role names no column or a
/// column has two roles, or if no label is named and none or several columns have a label's name; Error(data) if no
/// feature is left.
TableSchema assign_roles(const TableHead& head, const ColumnRoles& roles);

enum class ColumnUse { skip, number, category, label, id, weight };

struct PlannedColumn {
  ColumnUse use = ColumnUse::skip;
  std::size_t feature = 0;   ///< the first one that a number or category fills
  std::size_t category = 0;  ///< which of the plan's categories
};

/// How a table's records become rows.
struct TablePlan {
  std::vector<PlannedColumn> columns;  ///< in the table's order
  std::vector<std::string> names;      ///< of these columns
  std::size_t features = 0;            ///< in all
  std::vector<NameIndex> categories;   ///< the known values of each categorical column
  std::optional<ClassIndex> classes;   ///< of the model; none: a training table, whose labels are classes as they come
  TableOptions options;

  bool has(ColumnUse use) const;
};

/// Finds the schema's columns in a table, by name, or by index if the schema has no header. Throws Error(data) naming
/// those that are missing; ids and weights may be.
TablePlan plan_table(const TableHead& head, const TableSchema& schema, LabelUse labels, const TableOptions& options);

/// The same for a model, whose classes are known.
TablePlan plan_for_model(const TableHead& head, const TableSchema& schema, const std::vector<std::string>& class_names,
                         LabelUse labels, const TableOptions& options);

/// How to read the first line of a table for a model that may know columns by name.
HeaderLine header_for(const TableSchema& schema, HeaderLine given);

}  // namespace strata
