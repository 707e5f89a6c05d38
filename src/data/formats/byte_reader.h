// Bytes from a file or a pipe, in order, or from memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "core/file_descriptor.h"
#include "core/tensor.h"

namespace strata {

class ByteReader {
 public:
  /// Reads `file`, or stdin if it owns nothing. `name` is what messages call it.
  ByteReader(FileDescriptor file, std::string name) : name_(std::move(name)), file_(std::move(file)) {}
  /// Hands out bytes that are in memory already.
  ByteReader(AlignedVector<std::uint8_t> bytes, std::string name);

  const std::string& name() const { return name_; }

  /// Fills `into` with the next bytes; returns how many there were, fewer only at the end.
  /// Throws Error(data) with the system's reason.
  std::size_t read(std::span<std::uint8_t> into);
  /// The next `count` bytes, fewer only at the end, which read() gives again. Valid until the next call.
  std::span<const std::uint8_t> peek(std::size_t count);
  /// The next `count` bytes, fewer only at the end. Allocates little more than twice what there is.
  AlignedVector<std::uint8_t> take(std::size_t count);
  /// All that is left.
  AlignedVector<std::uint8_t> rest() { return take(std::numeric_limits<std::size_t>::max()); }

 private:
  std::size_t read_file(std::span<std::uint8_t> into);

  std::string name_;
  FileDescriptor file_;
  bool in_memory_ = false;
  AlignedVector<std::uint8_t> buffer_;  ///< read already
  std::size_t taken_ = 0;               ///< of the buffer
};

}  // namespace strata
