#include "data/table.h"

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "data/arena.h"
#include "data/gzip.h"
#include "data/read_file.h"
#include "data/table_columns.h"
#include "data/table_discovery.h"
#include "data/table_head.h"
#include "data/table_rows.h"
#include "data/tasks.h"

namespace strata {

namespace {

/// More are no classes or categories but numbers or names.
constexpr std::size_t kMostNames = 65'536;

/// Calls read(), which reads the table `name`, in an arena of `threads`; a table too large for the memory is at fault.
template <class Read>
auto read_in_memory(const std::string& name, int threads, Read&& read) {
  try {
    return make_arena(threads).execute(read);
  } catch (const std::bad_alloc&) {
    throw data_error("{}: does not fit into memory; expected a table that does; divide it or leave out columns", name);
  }
}

AlignedVector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  AlignedVector<std::uint8_t> bytes = read_file(path);
  return path.extension() == ".gz" ? inflate_gzip(bytes, path.string()) : std::move(bytes);
}

/// The start of the table and all of its records, in `bytes`, which gets the newline that may lack at the end.
TableHead read_records(AlignedVector<std::uint8_t>& bytes, const std::string& name, HeaderLine header) {
  if (!bytes.empty() && bytes.back() != '\n') {
    bytes.push_back('\n');
  }
  const std::string_view text =
      without_blank_end(require_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name));
  reject_nul(text, name, 1);
  TableHead head = read_head(name, text, header);
  if (head.body.text.empty()) {
    throw data_error("{}: has a header but no rows; expected at least one; check the file", name);
  }
  return head;
}

/// Throws if a column has fewer categories than `least`, or too many.
void check_categories(const TableSchema& schema, std::size_t least, const std::string& name) {
  for (const FeatureColumn& column : schema.features) {
    if (column.width() < least || column.width() > kMostNames) {
      throw data_error("{}: the category column {} has {} values; expected 1 to {}; leave it out by --ignore-columns",
                       name, shown(column.name), column.width(), kMostNames);
    }
  }
}

/// The columns of a training table, with the categories that its rows have.
TableSchema find_schema(const TableHead& head, const ColumnRoles& roles, const TableOptions& options) {
  TableSchema schema = assign_roles(head, roles);
  find_categories(head.body, plan_table(head, schema, LabelUse::read, options), schema);
  check_categories(schema, 0, head.body.name);
  return schema;
}

/// Reads the rows. Where a number is expected throughout a column of text, that is the fault.
TableRows read_training_rows(const TableHead& head, const TablePlan& plan) {
  try {
    return read_rows(head.body, 0, plan);
  } catch (const Error&) {
    if (const std::vector<std::string> columns = text_columns(head.body, plan); !columns.empty()) {
      throw data_error(
          "{}: no field of the column {} is a number; expected numbers; name it in --category-columns or in "
          "--ignore-columns",
          head.body.name, shown_names(columns));
    }
    throw;
  }
}

/// Gives the labels, which each chunk has numbered for itself, the numbers of their classes. Returns the classes'
/// names.
std::vector<std::string> number_classes(TableRows& rows, const std::string& label_column) {
  std::vector<std::string> labels;
  for (const NameIndex& names : rows.label_names) {
    labels.insert(labels.end(), names.names().begin(), names.names().end());
  }
  const ClassIndex classes(order_classes(labels));
  if (classes.names().size() > kMostNames) {
    throw data_error("{}: the label column {} has {} different values; expected at most {} classes; check the column",
                     rows.data.source, shown(label_column), classes.names().size(), kMostNames);
  }
  run_tasks(rows.chunks.size(), [&](std::size_t i) {
    std::vector<std::uint32_t> class_of;
    for (const std::string& name : rows.label_names[i].names()) {
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
  std::string name = path.filename().string();
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (name.ends_with(".gz")) {
    name.resize(name.size() - 3);
  }
  return name.ends_with(".csv") || name.ends_with(".tsv") || name.ends_with(".txt");
}

TableData parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const ColumnRoles& roles,
                      const TableOptions& options, int threads) {
  return read_in_memory(name, threads, [&] {
    const TableHead head = read_records(bytes, name, options.header);
    TableData table;
    table.schema = find_schema(head, roles, options);
    TableRows rows = read_training_rows(head, plan_table(head, table.schema, LabelUse::read, options));
    check_categories(table.schema, 1, name);
    table.class_names = number_classes(rows, table.schema.label);
    table.data = std::move(rows.data);
    return table;
  });
}

Dataset parse_table(AlignedVector<std::uint8_t> bytes, const std::string& name, const TableSchema& schema,
                    const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                    int threads) {
  return read_in_memory(name, threads, [&] {
    const TableHead head = read_records(bytes, name, header_for(schema, options.header));
    return read_rows(head.body, 0, plan_for_model(head, schema, class_names, labels, options)).data;
  });
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
