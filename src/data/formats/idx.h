// The IDX format of MNIST: two zero bytes, a type, a rank, a big-endian 32-bit size for each dimension, the values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// An array of unsigned bytes, row-major.
struct IdxArray {
  std::vector<std::size_t> shape;      ///< at least one dimension, none is 0
  AlignedVector<std::uint8_t> values;  ///< as many as the product of shape
};

/// Whether the bytes start as an IDX file of unsigned bytes does.
bool is_idx(std::span<const std::uint8_t> bytes);

/// The bytes that the header of an IDX file takes whose first ones are `bytes`: 4 at least.
std::size_t idx_header_size(std::span<const std::uint8_t> bytes);

/// The shape that the header `bytes` of the IDX file `name` says. Throws Error(data) as parse_idx.
std::vector<std::size_t> parse_idx_header(std::span<const std::uint8_t> bytes, const std::string& name);

/// The product of the dimensions, none of which is 0; the largest size_t if it is larger than that.
std::size_t element_count(const std::vector<std::size_t>& shape);

/// Takes over the bytes of an IDX file; `name` is the file's, for messages. Allocates nothing that a header claims.
/// Throws Error(data) if it is not IDX, not of unsigned bytes (type 08), empty, truncated or too long.
IdxArray parse_idx(AlignedVector<std::uint8_t> bytes, const std::string& name);

/// "60000 x 28 x 28".
std::string shape_text(const std::vector<std::size_t>& shape);

}  // namespace strata
