#include "data/formats/idx.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace strata {

namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kDimensionBytes = 4;
constexpr std::uint8_t kUnsignedByte = 0x08;

std::string_view type_name(std::uint8_t type) {
  switch (type) {
    case 0x09:
      return "signed byte";
    case 0x0b:
      return "16-bit integer";
    case 0x0c:
      return "32-bit integer";
    case 0x0d:
      return "32-bit float";
    case 0x0e:
      return "64-bit float";
    default:
      return "unknown";
  }
}

/// Checks the first four bytes and gives the rank.
std::size_t parse_magic(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.size() < kMagicBytes) {
    throw data_error("{}: has {} bytes; expected an IDX header of at least 8; fetch the file again", name,
                     bytes.size());
  }
  if (bytes[0] != 0 || bytes[1] != 0) {
    throw data_error(
        "{}: starts with the bytes {:02x} {:02x} {:02x} {:02x}; expected 00 00 08 and a rank, as IDX files do; check "
        "that it is the right file",
        name, bytes[0], bytes[1], bytes[2], bytes[3]);
  }
  if (bytes[2] != kUnsignedByte) {
    throw data_error("{}: holds values of IDX type {:02x} ({}); expected 08 (unsigned byte); convert the file", name,
                     bytes[2], type_name(bytes[2]));
  }
  if (bytes[3] == 0) {
    throw data_error("{}: its header says rank 0; expected at least 1; check that it is the right file", name);
  }
  return bytes[3];
}

std::vector<std::size_t> parse_shape(std::span<const std::uint8_t> bytes, std::size_t rank, const std::string& name) {
  const std::size_t header = kMagicBytes + rank * kDimensionBytes;
  if (bytes.size() < header) {
    throw data_error("{}: ends after {} bytes inside its header; expected {} for rank {}; fetch the file again", name,
                     bytes.size(), header, rank);
  }
  std::vector<std::size_t> shape(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    for (const std::uint8_t byte : bytes.subspan(kMagicBytes + d * kDimensionBytes, kDimensionBytes)) {
      shape[d] = shape[d] << 8 | byte;
    }
  }
  return shape;
}

void check_size(const std::vector<std::size_t>& shape, std::size_t found, const std::string& name) {
  const std::size_t expected = element_count(shape);
  if (found < expected) {
    throw data_error("{}: is truncated: {} bytes follow its header; expected {}{} for {}; fetch the file again", name,
                     found, expected == std::numeric_limits<std::size_t>::max() ? "at least " : "", expected,
                     shape_text(shape));
  }
  if (found > expected) {
    throw data_error("{}: has {} bytes too many: {} follow its header; expected {} for {}; fetch the file again", name,
                     found - expected, found, expected, shape_text(shape));
  }
}

}  // namespace

bool is_idx(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= kMagicBytes && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == kUnsignedByte;
}

std::size_t idx_header_size(std::span<const std::uint8_t> bytes) {
  return kMagicBytes + (bytes.size() < kMagicBytes ? 0 : bytes[3] * kDimensionBytes);
}

std::vector<std::size_t> parse_idx_header(std::span<const std::uint8_t> bytes, const std::string& name) {
  std::vector<std::size_t> shape = parse_shape(bytes, parse_magic(bytes, name), name);
  if (std::find(shape.begin(), shape.end(), 0U) != shape.end()) {
    throw data_error("{}: is empty: its header says {}; expected no dimension of 0; check that it is the right file",
                     name, shape_text(shape));
  }
  return shape;
}

std::size_t element_count(const std::vector<std::size_t>& shape) {
  constexpr std::size_t kMax = std::numeric_limits<std::size_t>::max();
  std::size_t product = 1;
  for (const std::size_t dimension : shape) {
    product = product > kMax / dimension ? kMax : product * dimension;
  }
  return product;
}

IdxArray parse_idx(AlignedVector<std::uint8_t> bytes, const std::string& name) {
  IdxArray array{parse_idx_header(bytes, name), {}};
  const std::size_t header = idx_header_size(bytes);
  check_size(array.shape, bytes.size() - header, name);
  // Moving the values down takes milliseconds; a second buffer would take as much memory again.
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header));
  array.values = std::move(bytes);
  return array;
}

std::string shape_text(const std::vector<std::size_t>& shape) { return fmt::format("{}", fmt::join(shape, " x ")); }

}  // namespace strata
