#include "data/table/stream.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/file.h"
#include "data/parallel.h"
#include "data/table/columns.h"
#include "data/table/head.h"
#include "data/table/rows.h"
#include "data/table/text.h"

namespace strata {

/// A table's text as it arrives from a file descriptor. Holds what has arrived and has not been dropped, a fixed number
/// of bytes at most.
class RecordBuffer {
 public:
  /// `descriptor` stays the caller's; `name` is for messages; comments start at `comment`, unless it is '\0'.
  RecordBuffer(int descriptor, std::string name, std::size_t most_bytes, char comment = '\0');

  /// Waits for a whole record that is not blank, then takes what else has arrived; at the end, what is left. Throws
  /// Error(data) if a record is longer than the buffer, or not text; Error(failed) if the system cannot read.
  void fill();

  /// The whole records that have arrived, without blank lines at their end, which may be the table's. Empty after
  /// fill(): nothing follows.
  std::string_view records() const;
  /// The same as a table's text; the delimiter is not known.
  TableText table() const;

  /// Drops the first `count` bytes, whole records.
  void drop(std::size_t count);

  const std::string& name() const { return name_; }

 private:
  std::string_view text() const { return {bytes_.data(), size_}; }
  TableText table_of(std::string_view text) const;
  void add(std::size_t count);
  bool has_arrived() const;
  void read_some();
  void follow_records(std::size_t begin);

  int descriptor_;
  std::string name_;
  std::vector<char> bytes_;  ///< room for one more than a record may have: the newline that may lack at the end
  std::size_t size_ = 0;
  std::size_t line_ = 1;        ///< of the text's start, where lines before it are comments: of the first of these
  std::size_t record_end_ = 0;  ///< behind the last whole record
  bool in_quotes_ = false;      ///< at the text's end
  bool ended_ = false;
  std::optional<CommentFilter> comments_;
};

RecordBuffer::RecordBuffer(int descriptor, std::string name, std::size_t most_bytes, char comment)
    : descriptor_(descriptor), name_(std::move(name)), bytes_(most_bytes + 1) {
  if (comment != '\0') {
    comments_.emplace(comment);
  }
}

void RecordBuffer::fill() {
  const std::size_t most_bytes = bytes_.size() - 1;
  while (!ended_ && (records().empty() || (size_ < most_bytes && has_arrived()))) {
    if (size_ == most_bytes) {
      throw data_error("{}: line {}: its record is longer than {} bytes; expected less; is a quote not closed?", name_,
                       table_of(text()).first_line, most_bytes);
    }
    read_some();
  }
}

std::string_view RecordBuffer::records() const {
  return without_blank_end(text().substr(0, ended_ ? size_ : record_end_));
}

TableText RecordBuffer::table_of(std::string_view text) const {
  TableText table{name_, text, line_};
  if (comments_) {
    table.left_out = comments_->left_out();
    table.first_line = line_behind(line_, 0, table.left_out);
  }
  return table;
}

TableText RecordBuffer::table() const { return table_of(records()); }

void RecordBuffer::drop(std::size_t count) {
  line_ = table_of(text()).line_of(bytes_.data() + count);
  if (comments_) {
    comments_->forget_before(line_);
  }
  std::copy(bytes_.data() + count, bytes_.data() + size_, bytes_.data());
  size_ -= count;
  record_end_ -= count;
}

bool RecordBuffer::has_arrived() const {
  pollfd ready{descriptor_, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

/// Waits for at least a byte, or the end.
void RecordBuffer::read_some() {
  const std::size_t before = size_;
  const ssize_t count = ::read(descriptor_, bytes_.data() + size_, bytes_.size() - 1 - size_);
  if (count > 0) {
    add(static_cast<std::size_t>(count));
  } else if (count == 0) {
    ended_ = true;
    if (size_ > 0 && bytes_[size_ - 1] != '\n') {
      bytes_[size_] = '\n';
      add(1);
    }
  } else if (errno == EAGAIN) {
    pollfd ready{descriptor_, POLLIN, 0};
    ::poll(&ready, 1, -1);
  } else if (errno != EINTR) {
    throw failed_error("cannot read {}: {}", name_, system_reason(errno));
  }
  follow_records(std::min(before, size_));  // blanks of before may have gone with a comment
}

/// Takes up `count` bytes that stand behind the text.
void RecordBuffer::add(std::size_t count) {
  char* const begin = bytes_.data() + size_;
  const char* const end = comments_ ? comments_->filter(begin, begin + count) : begin + count;
  size_ = static_cast<std::size_t>(end - bytes_.data());
}

/// Looks for record ends from `begin` on.
void RecordBuffer::follow_records(std::size_t begin) {
  const std::string_view arrived = text().substr(begin);
  if (line_ == 1) {
    require_text(text(), name_);
  }
  if (arrived.find('\0') != std::string_view::npos) {
    reject_nul(table_of(text()));
  }
  if (!in_quotes_ && arrived.find('"') == std::string_view::npos) {
    const std::size_t newline = arrived.rfind('\n');
    record_end_ = newline == std::string_view::npos ? record_end_ : begin + newline + 1;
    return;
  }
  for (std::size_t i = begin; i < size_; ++i) {
    in_quotes_ = in_quotes_ != (bytes_[i] == '"');
    record_end_ = bytes_[i] == '\n' && !in_quotes_ ? i + 1 : record_end_;
  }
}

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

TableStreamRows::TableStreamRows(FileDescriptor file, const std::string& name, const TableSchema& schema,
                                 const std::vector<std::string>& class_names, const TableOptions& options, int threads)
    : file_(std::move(file)),
      name_(name),
      features_(schema.width()),
      stream_(file_ ? file_.get() : STDIN_FILENO, name, schema, class_names, LabelUse::ignore, options, threads),
      ahead_(stream_.next()) {}

RowBlock TableStreamRows::next() {
  block_ = ahead_ ? std::move(*ahead_) : stream_.next().value_or(Dataset());
  ahead_.reset();
  indices_.resize(block_.rows());
  std::iota(indices_.begin(), indices_.end(), 0U);
  return {block_.view(), indices_, block_.ids};
}

}  // namespace strata
