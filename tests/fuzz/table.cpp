// Fuzz target: tables of text, read as a whole, for a model and as a stream.
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "data/table/stream.h"
#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

/// How an input says that it be read.
struct Request {
  TableOptions options;
  ColumnRoles roles;
  std::size_t chunk_bytes;
  std::size_t block_bytes;
};

constexpr std::size_t kWholeBlock = 1 << 16;  // more than any input has

Request request_of(Choices choices) {
  constexpr HeaderLine kHeaders[] = {HeaderLine::automatic, HeaderLine::yes, HeaderLine::no};
  const ColumnRoles roles[] = {{.label = ""},
                               {.label = "0"},
                               {.label = "l", .categories = {"c"}},
                               {.label = "l", .ignored = {"x"}, .id = "i", .weight = "w", .categories = {"c", "d"}}};
  Request request{};
  request.options.dialect.header = kHeaders[choices.below(3)];
  request.options.missing = choices.flag() ? MissingValues::mean : MissingValues::error;
  request.options.unseen = choices.flag() ? UnseenCategories::zeros : UnseenCategories::error;
  request.roles = roles[choices.below(4)];
  request.chunk_bytes = 1 + choices.below(40);
  request.block_bytes = choices.flag() ? kWholeBlock : 16 + choices.below(64);
  return request;
}

Answer<TableData> read_table(Input text, const ColumnRoles& roles, const TableOptions& options) {
  return answer({ErrorKind::data, ErrorKind::usage}, [&] { return parse_table(copy(text), kName, roles, options, 1); });
}

bool same_bits(const Dataset& a, const Dataset& b) {
  return a.features == b.features &&
         std::ranges::equal(std::as_bytes(std::span(a.values)), std::as_bytes(std::span(b.values))) &&
         a.labels == b.labels && a.row_weights == b.row_weights && a.ids == b.ids;
}

void check_chunks(Input text, const Request& request, const Answer<TableData>& whole) {
  TableOptions options = request.options;
  options.chunk_bytes = request.chunk_bytes;
  const auto chunked = read_table(text, request.roles, options);
  require(chunked.message == whole.message, "chunks do not change what is at fault");
  require(!whole || (same_bits(chunked->data, whole->data) && chunked->schema == whole->schema &&
                     chunked->class_names == whole->class_names),
          "chunks do not change what is read");
}

/// The rows of a stream; none if one of them is at fault.
Answer<Dataset> stream_rows(Input text, const Request& request, const TableData& model) {
  return read_data([&] {
    const FileDescriptor file = file_of(text);
    TableStream stream(file.get(), kName, model.schema, model.class_names, LabelUse::read, request.options, 1,
                       request.block_bytes);
    Dataset rows;
    while (const auto block = stream.next()) {
      rows.features = block->features;
      rows.values.append(block->values.begin(), block->values.end());
      rows.labels.append(block->labels.begin(), block->labels.end());
      rows.row_weights.append(block->row_weights.begin(), block->row_weights.end());
      rows.ids.insert(rows.ids.end(), block->ids.begin(), block->ids.end());
    }
    require(stream.rows() == rows.rows(), "a stream counts its rows");
    return rows;
  });
}

void check_for_model(Input text, const Request& request, const TableData& table) {
  const Dataset again =
      parse_table(copy(text), kName, table.schema, table.class_names, LabelUse::read, request.options, 1);
  require(same_bits(again, table.data), "a model reads the rows that it was trained on");
  const auto rows = stream_rows(text, request, table);
  require(rows || request.block_bytes < kWholeBlock, "a stream takes what a table holds");
  require(!rows || same_bits(*rows, table.data), "a stream gives what a table holds");
}

std::string in_quotes(std::string_view text) {
  std::string field = "\"";
  for (const char c : text) {
    field += c == '"' ? "\"\"" : std::string(1, c);
  }
  return field + '"';
}

/// The table as text, every field of its own in quotes. Only numbers, without ids and weights.
std::string written(const TableData& table) {
  std::string text = in_quotes(table.schema.label);
  for (const FeatureColumn& column : table.schema.features) {
    text += ',' + in_quotes(column.name);
  }
  const std::size_t features = table.data.features;
  for (std::size_t row = 0; row < table.data.rows(); ++row) {
    text += '\n' + in_quotes(table.class_names[table.data.labels[row]]);
    for (std::size_t f = 0; f < features; ++f) {
      const float value = table.data.values[row * features + f];
      text += std::isnan(value) ? std::string(",") : fmt::format(",{}", value);
    }
  }
  return text + '\n';
}

/// Whether a column has no number at all: as written, with empty fields only, it is refused.
bool has_empty_column(const Dataset& data) {
  for (std::size_t f = 0; f < data.features; ++f) {
    bool empty = true;
    for (std::size_t row = 0; row < data.rows(); ++row) {
      empty = empty && std::isnan(data.values[row * data.features + f]);
    }
    if (empty) {
      return true;
    }
  }
  return false;
}

void check_written(const Request& request, const TableData& table) {
  const bool plain = std::ranges::none_of(table.schema.features, &FeatureColumn::categorical) &&
                     table.data.ids.empty() && table.data.row_weights.empty() && table.data.offsets.empty() &&
                     !has_empty_column(table.data);
  if (plain) {
    TableOptions options = request.options;
    options.dialect.header = HeaderLine::yes;
    const std::string text = written(table);
    const auto again = read_table({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  {.label = table.schema.label}, options);
    require(again && same_bits(again->data, table.data) && again->class_names == table.class_names,
            "a table, written again, reads equal");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const Request request = request_of(Choices(input));
  const auto table = read_table(input, request.roles, request.options);
  check_chunks(input, request, table);
  if (table) {
    check_for_model(input, request, *table);
    check_written(request, *table);
  }
  return 0;
}
