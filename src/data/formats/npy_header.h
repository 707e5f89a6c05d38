// The header of an NPY file: numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace strata {

/// What an element is, beside its size.
enum class NpyKind { boolean, signed_integer, unsigned_integer, floating, bytes, unicode };

/// Bytes of a character of NpyKind::unicode.
inline constexpr std::size_t kCharacterBytes = 4;

struct NpyHeader {
  NpyKind kind = NpyKind::floating;
  /// Bytes: 1 of a boolean; 1, 2, 4 or 8 of an integer; 2, 4 or 8 of a floating one; of text any.
  std::size_t element_size = 0;
  bool big_endian = false;
  bool fortran_order = false;      ///< the first dimension varies fastest; else the last
  std::vector<std::size_t> shape;  ///< at least one dimension, none is 0
  std::size_t size = 0;            ///< bytes of the header: where the elements begin

  /// Elements of one row: the product of all dimensions but the first; of a header alone the largest size_t if it is
  /// larger than that.
  std::size_t row_elements() const;
};

/// The header of the NPY file (versions 1 to 3) whose bytes are `file`; `name` is the file's, for messages.
/// Throws Error(data) if it is not NPY, if the header is no dictionary of exactly descr, fortran_order and shape, if
/// the elements are of another kind, or if another number of bytes than the header says follows it.
NpyHeader parse_npy_header(std::span<const std::uint8_t> file, const std::string& name);

/// The same of the first bytes of a file, which need to hold the header alone: nothing is said of what follows it.
NpyHeader parse_npy_start(std::span<const std::uint8_t> start, const std::string& name);

/// Whether the bytes start as an NPY file does.
bool is_npy(std::span<const std::uint8_t> bytes);

/// As numpy calls it: float64, uint8, bool, str, bytes.
std::string npy_type_name(const NpyHeader& header);

}  // namespace strata
