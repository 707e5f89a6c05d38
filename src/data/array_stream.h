// Rows of features from one array, read as they come: IDX.
#pragma once

#include <memory>

#include "data/byte_reader.h"
#include "data/row_stream.h"

namespace strata {

/// Whether the bytes start as an array does that array_stream reads: at least 6 of them, if there are as many.
bool is_array(std::span<const std::uint8_t> bytes);

/// The rows of the array that `bytes` starts with: an IDX file of images (rank 2 or more). Throws Error(data), naming
/// it, for a header that is no such array's, and so does the stream, naming the row, if the bytes end before the rows
/// that the header says or go on after them.
std::unique_ptr<RowStream> array_stream(ByteReader bytes);

}  // namespace strata
