#include "data/table/record_buffer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/error.h"
#include "core/file_descriptor.h"
#include "data/table/head.h"

namespace strata {

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

}  // namespace strata
