#include "data/table/table.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <set>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "data/gzip.h"
#include "data/offsets.h"
#include "data/parallel.h"
#include "data/read_file.h"
#include "data/shown_text.h"
#include "data/table/columns.h"
#include "data/table/discovery.h"
#include "data/table/head.h"
#include "data/table/look.h"
#include "data/table/rows.h"
#include "data/table/text.h"

namespace strata {

namespace {

/// More are no classes or categories but numbers or names.
constexpr std::size_t kMostNames = 65'536;

/// Calls read(), which reads the table `name`, on `threads` threads; a table too large for the memory is at fault.
template <class Read>
auto read_in_memory(const std::string& name, int threads, Read&& read) {
  try {
    return on_threads(threads, read);
  } catch (const std::bad_alloc&) {
    throw data_error("{}: does not fit into memory; expected a table that does; divide it or leave out columns", name);
  }
}

AlignedVector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  AlignedVector<std::uint8_t> bytes = read_file(path);
  return path.extension() == ".gz" ? inflate_gzip(bytes, path.string()) : std::move(bytes);
}

/// The whole text in `bytes`, from which comments are taken; they get the newline that may lack at the end.
TableText whole_text(AlignedVector<std::uint8_t>& bytes, const std::string& name, char comment) {
  if (!bytes.empty() && bytes.back() != '\n') {
    bytes.push_back('\n');
  }
  char* const begin = reinterpret_cast<char*>(bytes.data());
  TableText table{name, require_text({begin, bytes.size()}, name)};
  reject_nul(table);
  if (comment != '\0') {
    CommentFilter comments(comment);
    const char* const end = comments.filter(begin, begin + bytes.size());
    table.text = require_text({begin, static_cast<std::size_t>(end - begin)}, name);
    table.left_out = comments.left_out();
    table.first_line = line_behind(1, 0, table.left_out);
  }
  table.text = without_blank_end(table.text);
  return table;
}

/// The start of the table and all of its records, in `bytes`.
TableHead read_records(AlignedVector<std::uint8_t>& bytes, const std::string& name, const TableDialect& dialect,
                       const ColumnRoles& roles = {}) {
  TableText table = whole_text(bytes, name, dialect.comment);
  take_separator_line(table);
  TableHead head = read_head(std::move(table), dialect, roles);
  if (head.body.text.empty()) {
    throw data_error("{}: has a header but no rows; expected at least one; check the file", name);
  }
  return head;
}

/// Throws if a column has fewer categories than `least`, or too many.
void check_categories(const TableSchema& schema, std::size_t least, const std::string& name) {
  for (const FeatureColumn& column : schema.features) {
    if (column.width() < least || column.width() > kMostNames) {
      throw data_error("{}: the category column {} has {} values; expected 1 to {}; leave it out by ‹ignore_columns›",
                       name, shown(column.name), column.width(), kMostNames);
    }
  }
}

/// The columns of a training table, with the categories that its rows have.
TableSchema find_schema(const TableHead& head, const ColumnRoles& roles, const TableOptions& options) {
  TableSchema schema = assign_roles(head, roles, options.dialect);
  find_categories(head.body, plan_table(head, schema, LabelUse::read, options), schema);
  check_categories(schema, 0, head.body.name);
  return schema;
}

[[noreturn]] void reject_empty_columns(const std::string& name, const std::vector<std::string>& columns) {
  throw data_error("{}: the column {} has no value in any row; expected at least one; leave it out by ‹ignore_columns›",
                   name, shown_names(columns));
}

/// Throws what is at fault with whole columns, if a row has a fault: advice on a field would not help them.
void check_columns(const TableHead& head, const TablePlan& plan) {
  const ColumnFaults faults = column_faults(head.body, plan);
  if (!faults.empty.empty()) {
    reject_empty_columns(head.body.name, faults.empty);
  }
  if (!faults.text.empty()) {
    throw data_error(
        "{}: no field of the column {} is a number; expected numbers; name it in ‹category_columns› or in "
        "‹ignore_columns›",
        head.body.name, shown_names(faults.text));
  }
}

/// Whether any feature that is missing in the first row may be in all: then it is worth reading the table again.
bool may_have_empty_columns(const TableRows& rows) {
  const auto& values = rows.data.values;
  return std::any_of(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rows.data.features),
                     [](float value) { return std::isnan(value); });
}

void check_weights(const Dataset& data) {
  const auto& weights = data.row_weights;
  if (!weights.empty() && std::ranges::all_of(weights, [](float weight) { return weight == 0; })) {
    throw data_error("{}: every row has weight 0, which leaves nothing to learn; expected one above 0 at least",
                     data.source);
  }
}

TableRows read_training_rows(const TableHead& head, const TablePlan& plan) {
  try {
    TableRows rows = read_rows(head.body, 0, plan);
    if (may_have_empty_columns(rows)) {
      check_columns(head, plan);
    }
    check_weights(rows.data);
    return rows;
  } catch (const Error&) {
    check_columns(head, plan);
    throw;
  }
}

/// The features of dates.
std::vector<std::size_t> date_features(const TablePlan& plan) {
  std::vector<std::size_t> dates;
  for (const PlannedColumn& column : plan.columns) {
    if (column.is_date()) {
      dates.push_back(column.feature);
    }
  }
  return dates;
}

/// Their first one that is there.
double first_number(const std::vector<double>& numbers) {
  const auto found = std::ranges::find_if_not(numbers, [](double x) { return std::isnan(x); });
  return found == numbers.end() ? 0 : *found;
}

/// The offsets that the columns of a training table need, which has been read without any; that of dates is the first
/// one. Empty if none does.
std::vector<double> find_offsets(const TableHead& head, const TablePlan& plan, const Dataset& data) {
  const std::vector<std::size_t> dates = date_features(plan);
  std::vector<std::size_t> far = far_columns({data.values.data(), data.rows(), data.features});
  std::erase_if(far, [&](std::size_t feature) { return std::ranges::find(dates, feature) != dates.end(); });
  const std::size_t numbers_end = far.size();
  far.insert(far.end(), dates.begin(), dates.end());
  if (far.empty()) {
    return {};
  }
  const std::vector<std::vector<double>> numbers = exact_numbers(head.body, plan, far, data.rows());
  std::vector<double> offsets(data.features);
  for (std::size_t i = 0; i < far.size(); ++i) {
    offsets[far[i]] = i < numbers_end ? offset_of(numbers[i]) : first_number(numbers[i]);
  }
  return std::ranges::any_of(offsets, [](double offset) { return offset != 0; }) ? offsets : std::vector<double>();
}

/// Throws if fp32 cannot hold targets of a training table.
void check_targets_apart(const TableHead& head, const TablePlan& plan, const Dataset& data) {
  const std::vector<std::size_t> far = far_columns(data.view().targets);
  if (far.empty()) {
    return;
  }
  const std::vector<std::vector<double>> numbers = exact_numbers(head.body, plan, far, data.rows(), true);
  for (std::size_t i = 0; i < far.size(); ++i) {
    require_apart(numbers[i], data.source, shown(data.target_names[far[i]]));
  }
}

/// The labels of a column of tags.
std::vector<std::string> find_label_names(const TableHead& head, const TablePlan& plan, const TableSchema& schema) {
  std::vector<std::string> names = find_tags(head.body, plan);
  if (names.empty() || names.size() > kMostNames) {
    throw data_error("{}: the label column {} has {} labels between {}; expected 1 to {}; check the column",
                     head.body.name, shown(schema.label), names.size(), shown(schema.label_separator), kMostNames);
  }
  return names;
}

/// Reads the rows, and then anew if columns of theirs need an offset.
TableRows read_training_table(const TableHead& head, const TableSchema& schema, TableOptions options) {
  options.offsets.clear();
  TablePlan plan = plan_table(head, schema, LabelUse::read, options);
  if (!schema.label_separator.empty()) {
    plan.set_tags(find_label_names(head, plan, schema));
  }
  TableRows rows = read_training_rows(head, plan);
  check_targets_apart(head, plan, rows.data);
  options.offsets = options.find_offsets ? find_offsets(head, plan, rows.data) : std::vector<double>();
  if (options.offsets.empty()) {
    return rows;
  }
  TablePlan with_offsets = plan_table(head, schema, LabelUse::read, options);
  with_offsets.set_tags(plan.target_names);
  return read_training_rows(head, with_offsets);
}

/// All labels that differ.
std::vector<std::string> distinct_labels(const TableRows& rows) {
  std::set<std::string> labels;
  for (const ChunkLabels& chunk : rows.labels) {
    labels.insert(chunk.names.names().begin(), chunk.names.names().end());
  }
  return {labels.begin(), labels.end()};
}

/// text, if that is asked for, or if quotes say that what looks like numbers are none, such as "01234" and "3.10", or
/// if points may stand between thousands.
LabelType label_type(const TableRows& rows, const std::vector<std::string>& labels, const TableDialect& dialect) {
  const bool quoted = std::ranges::any_of(rows.labels, &ChunkLabels::quoted);
  const bool unlike_numbers = quoted || dialect.decimal == DecimalMark::comma;
  return unlike_numbers && std::ranges::all_of(labels, is_number_label) ? LabelType::text : dialect.labels;
}

/// Gives the labels, which each chunk has numbered for itself, the numbers of their classes. Returns the classes'
/// names.
std::vector<std::string> number_classes(TableRows& rows, TableSchema& schema) {
  const std::vector<std::string> labels = distinct_labels(rows);
  schema.dialect.labels = label_type(rows, labels, schema.dialect);
  const ClassIndex classes(order_classes(labels, schema.dialect.labels), schema.dialect.labels);
  if (classes.names().size() > kMostNames) {
    throw data_error("{}: the label column {} has {} different values; expected at most {} classes; check the column",
                     rows.data.source, shown(schema.label), classes.names().size(), kMostNames);
  }
  rows.data.respelled = respelled_classes(classes, labels);
  run_tasks(rows.chunks.size(), [&](std::size_t i) {
    std::vector<std::uint32_t> class_of;
    for (const std::string& name : rows.labels[i].names.names()) {
      class_of.push_back(*classes.find(name));
    }
    const RecordChunk& chunk = rows.chunks[i];
    const auto first = rows.data.labels.begin() + static_cast<std::ptrdiff_t>(chunk.first_row);
    std::transform(first, first + static_cast<std::ptrdiff_t>(chunk.rows), first,
                   [&](std::uint32_t label) { return class_of[label]; });
  });
  return classes.names();
}

}  // namespace

bool is_table_name(const std::filesystem::path& path) {
  std::string name = lower_letters(path.filename().string());
  if (name.ends_with(".gz")) {
    name.resize(name.size() - 3);
  }
  return name.ends_with(".csv") || name.ends_with(".tsv") || name.ends_with(".txt");
}

TableData parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const ColumnRoles& roles,
                      const TableOptions& options, int threads) {
  return read_in_memory(name, threads, [&] {
    const TableHead head = read_records(bytes, name, options.dialect, roles);
    TableData table;
    table.schema = find_schema(head, roles, options);
    TableRows rows = read_training_table(head, table.schema, options);
    check_categories(table.schema, 1, name);
    if (table.schema.target_kind() == TargetKind::classes) {
      table.class_names = number_classes(rows, table.schema);
    }
    table.data = std::move(rows.data);
    return table;
  });
}

Dataset parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const TableSchema& schema,
                    const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& given,
                    int threads) {
  return read_in_memory(name, threads, [&] {
    const TableOptions options = options_for_model(schema, given);
    const TableHead head = read_records(bytes, name, options.dialect);
    const TablePlan plan = plan_for_model(head, schema, class_names, labels, options);
    TableRows rows = read_rows(head.body, 0, plan);
    if (plan.classes) {
      rows.data.respelled = respelled_classes(*plan.classes, distinct_labels(rows));
    }
    return std::move(rows.data);
  });
}

TableLook look_at_table(const std::filesystem::path& path, const ColumnRoles& roles, const TableDialect& dialect) {
  AlignedVector<std::uint8_t> bytes = read_bytes(path);
  return look_at_columns(read_records(bytes, path.string(), dialect, roles), roles, dialect);
}

TableData load_table(const std::filesystem::path& path, const ColumnRoles& roles, const TableOptions& options,
                     int threads) {
  return parse_table(read_bytes(path), path.string(), roles, options, threads);
}

Dataset load_table(const std::filesystem::path& path, const TableSchema& schema,
                   const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                   int threads) {
  return parse_table(read_bytes(path), path.string(), schema, class_names, labels, options, threads);
}

}  // namespace strata
