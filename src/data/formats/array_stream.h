// Rows of features from one array, read as they come: IDX or NPY.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "data/read_file.h"
#include "data/row_stream.h"

namespace strata {

/// Whether the bytes start as an array does that array_stream reads; kArrayStart of them are enough.
bool is_array(std::span<const std::uint8_t> bytes);
inline constexpr std::size_t kArrayStart = 6;

/// The rows of the array that `bytes` are: an IDX or an NPY file of features (rank 2 or more). One that NPY stores
/// column by column (Fortran's order) is read as a whole, any other block by block. Throws Error(data), naming it, for
/// a header that is no such array's, and so does the stream, naming the row, if the bytes end before the rows that the
/// header says or go on after them, and for a value that parse_npy_features refuses.
/// Values are held less `offsets`, (features) or empty.
std::unique_ptr<RowStream> array_stream(ByteReader bytes, MissingValues missing, int threads,
                                        const std::vector<double>& offsets = {});

}  // namespace strata
