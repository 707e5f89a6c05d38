// The header of an NPY file: github.com/numpy/numpy, numpy/lib/format.py.
#pragma once

#include <cstddef>
#include <string>

namespace strata {

/// That of a little-endian fp32 matrix (rows, columns) in C order, whose values follow. Always 128 bytes, so that the
/// number of rows can be put in once it is known.
std::string npy_header(std::size_t rows, std::size_t columns);

}  // namespace strata
