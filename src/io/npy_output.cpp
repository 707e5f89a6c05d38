#include "io/npy_output.h"

#include <fmt/format.h>

#include <string_view>

namespace strata {

std::string npy_header(std::size_t rows, std::size_t columns) {
  constexpr std::size_t kSize = 128;
  using namespace std::string_view_literals;
  constexpr std::string_view kStart = "\x93NUMPY\x01\x00"sv;  // format version 1.0
  constexpr std::size_t kLengthBytes = 2;                     // of the text that follows, little-endian
  constexpr std::size_t kTextSize = kSize - kStart.size() - kLengthBytes;
  std::string header(kStart);
  header += static_cast<char>(kTextSize);
  header += '\0';
  header += fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, columns);
  header.resize(kSize - 1, ' ');
  return header + '\n';
}

}  // namespace strata
