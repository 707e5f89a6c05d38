// Which column of a table is what.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/class_index.h"
#include "data/table/field_values.h"
#include "data/table/head.h"
#include "data/table/table.h"

namespace strata {

/// The schema of a training table; its categories are not known yet. Throws Error(usage) if a role names no column or a
/// column has two roles, or if no label is named and none or several columns have a label's name; Error(data) if no
/// feature is left.
TableSchema assign_roles(const TableHead& head, const ColumnRoles& roles, const TableDialect& dialect);

/// The field of the option that gives each column a role: ‹id_column›; empty where none does. Throws as assign_roles
/// for roles that are given.
std::vector<std::string_view> options_of_columns(const TableHead& head, const ColumnRoles& roles);

/// The dialect in which a table with that head has been read, as a schema has it.
TableDialect settled_dialect(TableDialect dialect, const TableHead& head);

/// other_number: one that is not taken as it stands: it is held less an offset, or the dialect's numbers are not plain.
/// date: days since 1970, less an offset. label: of a class; target: a number to learn; flag: a label that is 0 or 1;
/// tags: some labels.
enum class ColumnUse { skip, number, other_number, date, category, label, id, weight, target, flag, tags };

struct PlannedColumn {
  ColumnUse use = ColumnUse::skip;
  std::size_t feature = 0;   ///< the first one that a number or category fills; of a target or flag: which it is
  std::size_t category = 0;  ///< which of the plan's categories
  double offset = 0;         ///< what a number or date is held less

  bool is_number() const { return use == ColumnUse::number || use == ColumnUse::other_number; }
  bool is_date() const { return use == ColumnUse::date; }
  /// Of a number, a date or a category.
  bool is_feature() const { return is_number() || is_date() || use == ColumnUse::category; }
};

/// How a table's records become rows.
struct TablePlan {
  std::vector<PlannedColumn> columns;  ///< in the table's order
  std::vector<std::string> names;      ///< of these columns
  std::size_t features = 0;            ///< in all
  std::vector<NameIndex> categories;   ///< the known values of each categorical column
  std::optional<ClassIndex> classes;   ///< of the model; none: a training table, whose labels are classes as they come
  std::vector<std::string> target_names;  ///< of what is read instead of classes
  NameIndex tags;                         ///< all labels of a column of tags
  std::string label_separator;
  FieldValues values;
  TableOptions options;

  /// The labels of a column of tags, in order.
  void set_tags(const std::vector<std::string>& labels);
  bool has(ColumnUse use) const;
};

/// Finds the schema's columns in a table, by name, or by index if the schema has no header. Throws Error(data) naming
/// those that are missing; ids and weights may be.
TablePlan plan_table(const TableHead& head, const TableSchema& schema, LabelUse labels, const TableOptions& options);

/// Options to read a table with for a model of `schema`, where those of the request leave it open.
TableOptions options_for_model(const TableSchema& schema, TableOptions options);

/// The same plan for a model, whose classes are known; `options` are those for the model.
TablePlan plan_for_model(const TableHead& head, const TableSchema& schema, const std::vector<std::string>& class_names,
                         LabelUse labels, const TableOptions& options);

}  // namespace strata
