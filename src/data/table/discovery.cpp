#include "data/table/discovery.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "data/table/date.h"
#include "data/table/decimal.h"
#include "data/table/field.h"
#include "data/table/rows.h"
#include "data/table/text.h"

namespace strata {

namespace {

/// The values of each categorical column in some records.
std::vector<NameIndex> categories_in(const TableText& table, std::string_view records, const TablePlan& plan) {
  std::vector<NameIndex> found(plan.categories.size());
  read_fields(table, records, plan.columns.size(), [&](std::size_t column, std::string_view text) {
    const PlannedColumn& planned = plan.columns[column];
    if (planned.use == ColumnUse::category && !text.empty() && !found[planned.category].find(text) &&
        !plan.values.is_missing_category(text)) {
      found[planned.category].add(text);
    }
    return true;
  });
  return found;
}

/// Whether a column has been seen to have a value, or text where numbers belong.
struct Seen {
  bool value = false;
  bool text = false;

  void note(std::string_view field, ColumnUse use, const FieldValues& values) {
    float number = 0;
    if (use == ColumnUse::category) {
      value = !values.is_missing_category(field);
    } else if (!values.is_missing_number(field) && use == ColumnUse::date) {
      value = true;  // or a fault that its row tells
    } else if (!values.is_missing_number(field)) {
      value = read_decimal(field.begin(), field.end(), number) != nullptr;
      text = true;
    }
  }
};

/// What a field of numbers or dates holds, which is not missing; NaN if fp32 cannot hold it.
double exact_value(const PlannedColumn& planned, const FieldValues& values, std::string_view text) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (planned.is_date()) {
    return days_of_date(text).value_or(kNone);
  }
  const float rounded = values.number(text).value_or(std::numeric_limits<float>::infinity());
  return std::isfinite(rounded) ? values.exact(text) : kNone;
}

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

std::vector<std::string> find_tags(const TableText& table, const TablePlan& plan) {
  const std::vector<RecordChunk> chunks = cut_records(table.text, plan.options.chunk_bytes);
  std::vector<NameIndex> found(chunks.size());
  for_each_chunk(chunks.size(), [&](std::size_t i) {
    read_fields(table, chunks[i].text, plan.columns.size(), [&](std::size_t column, std::string_view text) {
      if (plan.columns[column].use == ColumnUse::tags && !plan.values.is_missing_label(text)) {
        for_each_tag(text, plan.label_separator, [&](std::string_view tag) {
          if (!found[i].find(tag)) {
            found[i].add(tag);
          }
        });
      }
      return true;
    });
  });
  std::set<std::string> tags;
  for (const NameIndex& of_chunk : found) {
    tags.insert(of_chunk.names().begin(), of_chunk.names().end());
  }
  return order_classes({tags.begin(), tags.end()}, LabelType::text);
}

std::vector<std::vector<double>> exact_numbers(const TableText& table, const TablePlan& plan,
                                               const std::vector<std::size_t>& features, std::size_t rows,
                                               bool are_targets) {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::vector<double>> numbers(features.size(), std::vector<double>(rows, kMissing));
  std::vector<std::optional<std::size_t>> place_of(plan.columns.size());
  for (std::size_t column = 0; column < place_of.size(); ++column) {
    const PlannedColumn& planned = plan.columns[column];
    const auto found = std::ranges::find(features, planned.feature);
    const bool is_one = are_targets ? planned.use == ColumnUse::target : planned.is_number() || planned.is_date();
    if (is_one && found != features.end()) {
      place_of[column] = static_cast<std::size_t>(found - features.begin());
    }
  }
  const std::vector<RecordChunk> chunks = cut_records(table.text, plan.options.chunk_bytes);
  for_each_chunk(chunks.size(), [&](std::size_t i) {
    std::size_t row = chunks[i].first_row;
    read_fields(table, chunks[i].text, place_of.size(), [&](std::size_t column, std::string_view text) {
      if (place_of[column] && !plan.values.is_missing_number(text)) {
        numbers[*place_of[column]][row] = exact_value(plan.columns[column], plan.values, text);
      }
      row += column + 1 == place_of.size() ? 1 : 0;
      return true;
    });
  });
  return numbers;
}

ColumnFaults column_faults(const TableText& table, const TablePlan& plan) {
  std::vector<Seen> seen(plan.columns.size());
  auto without_value = std::ranges::count_if(plan.columns, &PlannedColumn::is_feature);
  const bool whole = read_fields(table, table.text, seen.size(), [&](std::size_t column, std::string_view text) {
    if (plan.columns[column].is_feature() && !seen[column].value) {
      seen[column].note(text, plan.columns[column].use, plan.values);
      without_value -= seen[column].value ? 1 : 0;
    }
    return without_value > 0;
  });
  ColumnFaults faults;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (plan.columns[i].is_feature() && !seen[i].value && (whole || seen[i].text)) {
      (seen[i].text ? faults.text : faults.empty).push_back(plan.names[i]);
    }
  }
  return faults;
}

}  // namespace strata
