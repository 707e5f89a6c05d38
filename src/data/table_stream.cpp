#include <utility>

#include "data/arena.h"
#include "data/record_buffer.h"
#include "data/table.h"
#include "data/table_columns.h"
#include "data/table_head.h"
#include "data/table_rows.h"

namespace strata {

class TableStream::Reader {
 public:
  Reader(RecordBuffer buffer, const TableSchema& schema, const std::vector<std::string>& class_names, LabelUse labels,
         const TableOptions& options, int threads)
      : buffer_(std::move(buffer)), threads_(threads) {
    buffer_.fill();
    const std::string_view text = require_text(buffer_.records(), buffer_.name());
    const TableHead head = read_head(buffer_.name(), text, header_for(schema, options.header));
    plan_ = plan_for_model(head, schema, class_names, labels, options);
    delimiter_ = head.body.delimiter;
    buffer_.drop(static_cast<std::size_t>(head.body.text.data() - buffer_.records().data()));
  }

  std::optional<Dataset> next() {
    buffer_.fill();
    const std::string_view text = buffer_.records();
    if (text.empty()) {
      return std::nullopt;
    }
    const TableText table{buffer_.name(), text, buffer_.line(), delimiter_};
    TableRows block = make_arena(threads_).execute([&] { return read_rows(table, rows_, plan_); });
    buffer_.drop(text.size());
    rows_ += block.chunks.back().first_row + block.chunks.back().rows;
    return std::move(block.data);
  }

  std::size_t rows() const { return rows_; }

 private:
  RecordBuffer buffer_;
  TablePlan plan_;
  int threads_;
  char delimiter_ = ',';
  std::size_t rows_ = 0;
};

TableStream::TableStream(int descriptor, std::string name, const TableSchema& schema,
                         const std::vector<std::string>& class_names, LabelUse labels, const TableOptions& options,
                         int threads, std::size_t block_bytes)
    : reader_(std::make_unique<Reader>(RecordBuffer(descriptor, std::move(name), block_bytes), schema, class_names,
                                       labels, options, threads)) {}
TableStream::TableStream(TableStream&& other) noexcept = default;
TableStream& TableStream::operator=(TableStream&& other) noexcept = default;
TableStream::~TableStream() = default;

std::optional<Dataset> TableStream::next() { return reader_->next(); }

std::size_t TableStream::rows() const { return reader_->rows(); }

}  // namespace strata
