// The JSON header of a safetensors file, checked.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors.h"

namespace strata {

/// The format's limit, in bytes.
inline constexpr std::size_t kMaxSafetensorsHeader = 100'000'000;

/// One tensor: bytes begin … end - 1 of the data that follows the header.
struct SafetensorsEntry {
  std::string name;
  TensorType type = TensorType::f32;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  ///< by offset, names unique; together they cover the data exactly
  std::map<std::string, std::string> metadata;
};

/// Parses `text`, the header of `file`, which is followed by `data_size` bytes of data.
/// Throws Error(data) on anything the format does not allow, and on tensors of another type.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::size_t data_size, std::string_view file);

}  // namespace strata
