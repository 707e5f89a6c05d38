// A table's text cut at the ends of records, for several threads to read.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace strata {

/// A run of whole records.
struct RecordChunk {
  std::string_view text;
  std::size_t first_row = 0;  ///< counted from the start of the text that was cut
  std::size_t rows = 0;
};

/// The chunks of `text`, which ends with a newline, each of about `chunk_bytes`; by the threads of the current arena.
/// A newline ends a record unless the quotes before it are odd in number. So chunks are right up to the first quote
/// that stands where none may; there the chunk's reader finds the fault.
std::vector<RecordChunk> cut_records(std::string_view text, std::size_t chunk_bytes);

/// How often `c` stands in `text`.
std::size_t count_character(std::string_view text, char c);

}  // namespace strata
