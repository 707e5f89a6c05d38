#include <utility>

#include "data/parallel.h"
#include "data/table/columns.h"
#include "data/table/delimiter.h"
#include "data/table/head.h"
#include "data/table/record_buffer.h"
#include "data/table/rows.h"
#include "data/table/table.h"

namespace strata {

class TableStream::Reader {
 public:
  Reader(RecordBuffer buffer, const TableSchema& schema, const std::vector<std::string>& class_names, LabelUse labels,
         const TableOptions& given, int threads)
      : buffer_(std::move(buffer)), threads_(threads) {
    const TableOptions options = options_for_model(schema, given);
    const TableHead head = read_head(start(), options.dialect);
    plan_ = plan_for_model(head, schema, class_names, labels, options);
    delimiter_ = head.body.delimiter;
    buffer_.drop(static_cast<std::size_t>(head.body.text.data() - buffer_.records().data()));
  }

  std::optional<Dataset> next() {
    buffer_.fill();
    TableText table = buffer_.table();
    if (table.text.empty()) {
      return std::nullopt;
    }
    table.delimiter = delimiter_;
    TableRows block = on_threads(threads_, [&] { return read_rows(table, rows_, plan_); });
    buffer_.drop(table.text.size());
    rows_ += block.chunks.back().first_row + block.chunks.back().rows;
    return std::move(block.data);
  }

  bool has_ids() const { return plan_.has(ColumnUse::id); }
  std::size_t rows() const { return rows_; }

 private:
  /// The text that has arrived first, behind any line that names the delimiter.
  TableText start() {
    buffer_.fill();
    TableText table = buffer_.table();
    table.text = require_text(table.text, table.name);
    if (!take_separator_line(table)) {
      return table;
    }
    const char delimiter = table.delimiter;
    buffer_.drop(static_cast<std::size_t>(table.text.data() - buffer_.records().data()));
    buffer_.fill();
    table = buffer_.table();
    table.delimiter = delimiter;
    return table;
  }

  RecordBuffer buffer_;
  TablePlan plan_;
  int threads_;
  char delimiter_ = ',';
  std::size_t rows_ = 0;
};

TableStream::TableStream(int descriptor, std::string name, const TableSchema& schema,
                         const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                         int threads, std::size_t block_bytes)
    : reader_(std::make_unique<Reader>(
          RecordBuffer(descriptor, std::move(name), block_bytes, options_for_model(schema, options).dialect.comment),
          schema, class_names, labels, options, threads)) {}
TableStream::TableStream(TableStream&& other) noexcept = default;
TableStream& TableStream::operator=(TableStream&& other) noexcept = default;
TableStream::~TableStream() = default;

std::optional<Dataset> TableStream::next() { return reader_->next(); }

bool TableStream::has_ids() const { return reader_->has_ids(); }

std::size_t TableStream::rows() const { return reader_->rows(); }

}  // namespace strata
