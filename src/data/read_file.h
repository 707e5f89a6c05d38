// The bytes of a file.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/tensor.h"

namespace strata {

/// Reads the whole of a regular file, with room for one byte behind it. Throws Error(data) with the system's reason.
AlignedVector<std::uint8_t> read_file(const std::filesystem::path& path);

}  // namespace strata
