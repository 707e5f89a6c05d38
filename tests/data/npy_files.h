// NPY files to read back, as numpy.save writes them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tests/data/bytes.h"

namespace strata::test {

/// `dictionary` as the header of a file of version `major`, padded to 64 bytes, and `values` behind it.
inline Bytes npy_bytes(const std::string& dictionary, const Bytes& values, int major = 1) {
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t start = 8 + length_bytes;
  const std::size_t padded = (start + dictionary.size() + 1 + 63) / 64 * 64;
  const std::string header = dictionary + std::string(padded - start - dictionary.size() - 1, ' ') + '\n';
  Bytes bytes{0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<std::uint8_t>(major), 0};
  for (std::size_t i = 0; i < length_bytes; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(header.size() >> 8 * i));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

/// `(3,)`, `(3, 4)`.
inline std::string tuple_text(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (std::size_t d = 0; d < shape.size(); ++d) {
    text += fmt::format("{}{}", d > 0 ? " " : "", shape[d]) + (d + 1 < shape.size() || d == 0 ? "," : "");
  }
  return text + ")";
}

inline std::string npy_dictionary(std::string_view descr, bool fortran, const std::vector<std::size_t>& shape) {
  return fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", descr, fortran ? "True" : "False",
                     tuple_text(shape));
}

/// The kind and size of T as numpy names it: f8, u1.
template <class T>
std::string npy_type() {
  const char kind = std::is_same_v<T, bool> ? 'b' : std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
  return fmt::format("{}{}", kind, sizeof(T));
}

/// An array of T whose elements are `values`, in the order in which they lie in the file.
template <class T>
Bytes npy_file(const std::vector<std::size_t>& shape, const std::vector<T>& values, bool big_endian = false,
               bool fortran = false, int major = 1) {
  Bytes bytes;
  for (const T value : values) {
    std::uint8_t raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    if (big_endian) {
      std::reverse(raw, raw + sizeof(T));
    }
    for (const std::uint8_t byte : raw) {
      bytes.push_back(byte);
    }
  }
  const char order = sizeof(T) == 1 ? '|' : big_endian ? '>' : '<';
  return npy_bytes(npy_dictionary(order + npy_type<T>(), fortran, shape), bytes, major);
}

}  // namespace strata::test
