#include "data/table_discovery.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "data/row_reader.h"
#include "data/table_field.h"
#include "data/table_records.h"
#include "data/table_rows.h"

namespace strata {

namespace {

/// Calls field(column, text) for all fields up to the first fault of a record's form, or until it gives false.
template <class Field>
void read_fields(const TableText& table, std::string_view records, std::size_t columns, Field&& field) {
  try {
    FieldCursor cursor(table, records);
    while (!cursor.at_end()) {
      for (std::size_t column = 0; column < columns; ++column) {
        const std::string_view text = cursor.next();
        if (cursor.record_ended() != (column + 1 == columns) || !field(column, text)) {
          return;
        }
      }
    }
  } catch (const Error&) {  // reading the rows finds it again, and throws it if nothing stands before it
  }
}

/// The values of each categorical column in some records.
std::vector<NameIndex> categories_in(const TableText& table, std::string_view records, const TablePlan& plan) {
  std::vector<NameIndex> found(plan.categories.size());
  read_fields(table, records, plan.columns.size(), [&](std::size_t column, std::string_view text) {
    const PlannedColumn& planned = plan.columns[column];
    if (planned.use == ColumnUse::category && !found[planned.category].find(text) && !is_missing(text)) {
      found[planned.category].add(text);
    }
    return true;
  });
  return found;
}

/// Whether numbers and text have been seen in a column.
struct Seen {
  bool number = false;
  bool text = false;
};

}  // namespace

void find_categories(const TableText& table, const TablePlan& plan, TableSchema& schema) {
  if (plan.categories.empty()) {
    return;
  }
  const std::vector<RecordChunk> chunks = cut_records(table.text, plan.options.chunk_bytes);
  std::vector<std::vector<NameIndex>> found(chunks.size());
  for_each_chunk(chunks.size(), [&](std::size_t i) { found[i] = categories_in(table, chunks[i].text, plan); });
  std::size_t category = 0;
  for (FeatureColumn& column : schema.features) {
    if (column.categorical) {
      std::set<std::string> values;
      for (const std::vector<NameIndex>& of_chunk : found) {
        values.insert(of_chunk[category].names().begin(), of_chunk[category].names().end());
      }
      column.categories.assign(values.begin(), values.end());
      ++category;
    }
  }
}

std::vector<std::string> text_columns(const TableText& table, const TablePlan& plan) {
  std::vector<Seen> seen(plan.columns.size());
  auto without_number = std::ranges::count(plan.columns, ColumnUse::number, &PlannedColumn::use);
  read_fields(table, table.text, plan.columns.size(), [&](std::size_t column, std::string_view text) {
    float value = 0;
    if (plan.columns[column].use == ColumnUse::number && !seen[column].number && !is_missing(text)) {
      seen[column].number = read_decimal(text.begin(), text.end(), value) != nullptr;
      seen[column].text = true;
      without_number -= seen[column].number ? 1 : 0;
    }
    return without_number > 0;
  });
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].text && !seen[i].number) {
      columns.push_back(plan.names[i]);
    }
  }
  return columns;
}

}  // namespace strata
