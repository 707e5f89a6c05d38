// The bytes of a file, all at once or as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/file.h"
#include "core/tensor.h"

namespace strata {

/// Reads the whole of a regular file, with room for one byte behind it. Throws Error(data) with the system's reason.
AlignedVector<std::uint8_t> read_file(const std::filesystem::path& path);

struct FileEnd {
  std::size_t first = 0;  ///< where in the file the bytes begin
  AlignedVector<std::uint8_t> bytes;
};

/// The last `most` bytes of it, or all of a smaller one.
FileEnd read_file_end(const std::filesystem::path& path, std::size_t most);

/// The same, inflated if the name ends in .gz. Throws Error(data) also for data that cannot be inflated, and for gzip
/// data whose name lacks .gz.
AlignedVector<std::uint8_t> read_inflated(const std::filesystem::path& path);

/// What is at a path, possibly nothing. Throws Error(data) if the system does not let us know.
std::filesystem::file_status look_at(const std::filesystem::path& path);

/// The path of `name` in `folder` or of its .gz, whichever is there, or none. Throws Error(data) if both are.
std::optional<std::filesystem::path> find_plain_or_gzip(const std::filesystem::path& folder, std::string_view name);

/// Bytes from a file or a pipe, in order, or from memory.
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
