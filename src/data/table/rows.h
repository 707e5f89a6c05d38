// The records of a table as rows of a Dataset.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "data/dataset.h"
#include "data/table/columns.h"
#include "data/table/row_reader.h"
#include "data/table/text.h"

namespace strata {

/// Some rows. Of a training table, the labels of a chunk's rows number the chunk's own names.
struct TableRows {
  Dataset data;
  std::vector<RecordChunk> chunks;
  std::vector<ChunkLabels> labels;  ///< of each chunk
};

/// Reads all records of `table`, whose first one is row `first_row` of the file, by the threads of the current arena.
/// Throws the Error(data) of the first fault in the file.
TableRows read_rows(const TableText& table, std::size_t first_row, const TablePlan& plan);

/// Calls read(0), …, read(count - 1) in the current arena. If several throw, the exception is the first one's, whoever
/// was first: what comes behind one that has thrown may be left out.
void for_each_chunk(std::size_t count, const std::function<void(std::size_t)>& read);

}  // namespace strata
