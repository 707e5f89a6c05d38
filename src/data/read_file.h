// The bytes of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

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

}  // namespace strata
