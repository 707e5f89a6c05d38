#include "data/formats/byte_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/error.h"

namespace strata {

ByteReader::ByteReader(AlignedVector<std::uint8_t> bytes, std::string name)
    : name_(std::move(name)), in_memory_(true), buffer_(std::move(bytes)) {}

std::size_t ByteReader::read(std::span<std::uint8_t> into) {
  const std::size_t buffered = std::min(into.size(), buffer_.size() - taken_);
  std::copy_n(buffer_.data() + taken_, buffered, into.data());
  taken_ += buffered;
  return buffered + read_file(into.subspan(buffered));
}

std::span<const std::uint8_t> ByteReader::peek(std::size_t count) {
  const std::size_t there = buffer_.size() - taken_;
  if (there < count && !in_memory_) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    buffer_.resize(count);
    buffer_.resize(there + read_file(std::span(buffer_).subspan(there)));
  }
  return std::span(buffer_).subspan(taken_, std::min(count, buffer_.size() - taken_));
}

AlignedVector<std::uint8_t> ByteReader::take(std::size_t count) {
  constexpr std::size_t kAtOnce = std::size_t{8} << 20U;
  AlignedVector<std::uint8_t> bytes;
  for (bool more = true; more && bytes.size() < count;) {
    const std::size_t before = bytes.size();
    const std::size_t step = std::min(in_memory_ ? buffer_.size() - taken_ : kAtOnce, count - before);
    bytes.resize(before + step);
    const std::size_t found = read(std::span(bytes).subspan(before));
    bytes.resize(before + found);
    more = found == step && step > 0;
  }
  return bytes;
}

std::size_t ByteReader::read_file(std::span<std::uint8_t> into) {
  std::size_t done = 0;
  while (!in_memory_ && done < into.size()) {
    const ssize_t count = ::read(file_ ? file_.get() : STDIN_FILENO, into.data() + done, into.size() - done);
    if (count == 0) {
      break;
    }
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      throw data_error("{}: cannot read it: {}", name_, system_reason(errno));
    }
  }
  return done;
}

}  // namespace strata
