#include "data/record_buffer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/error.h"
#include "core/file_descriptor.h"
#include "data/table_head.h"
#include "data/table_records.h"

namespace strata {

RecordBuffer::RecordBuffer(int descriptor, std::string name, std::size_t most_bytes)
    : descriptor_(descriptor), name_(std::move(name)), bytes_(most_bytes + 1) {}

void RecordBuffer::fill() {
  const std::size_t most_bytes = bytes_.size() - 1;
  while (!ended_ && (records().empty() || (size_ < most_bytes && has_arrived()))) {
    if (size_ == most_bytes) {
      throw data_error("{}: line {}: its record is longer than {} bytes; expected less; is a quote not closed?", name_,
                       line_, most_bytes);
    }
    read_some();
  }
}

std::string_view RecordBuffer::records() const {
  return without_blank_end(text().substr(0, ended_ ? size_ : record_end_));
}

void RecordBuffer::drop(std::size_t count) {
  line_ += count_character(text().substr(0, count), '\n');
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
    size_ += static_cast<std::size_t>(count);
  } else if (count == 0) {
    ended_ = true;
    if (size_ > 0 && bytes_[size_ - 1] != '\n') {
      bytes_[size_++] = '\n';
    }
  } else if (errno == EAGAIN) {
    pollfd ready{descriptor_, POLLIN, 0};
    ::poll(&ready, 1, -1);
  } else if (errno != EINTR) {
    throw failed_error("cannot read {}: {}", name_, system_reason(errno));
  }
  follow_records(before);
}

/// Looks for record ends from `begin` on.
void RecordBuffer::follow_records(std::size_t begin) {
  const std::string_view arrived = text().substr(begin);
  if (line_ == 1) {
    require_text(text(), name_);
  }
  if (arrived.find('\0') != std::string_view::npos) {
    reject_nul(text(), name_, line_);
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
