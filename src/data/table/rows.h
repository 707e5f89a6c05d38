// The records of a table as rows of a Dataset.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "data/class_index.h"
#include "data/dataset.h"
#include "data/table/columns.h"
#include "data/table/text.h"

namespace strata {

/// The labels of some rows.
struct ChunkLabels {
  NameIndex names;      ///< those of a training table; for a model those that are spelled otherwise than their class
  bool quoted = false;  ///< whether one of a training table stands in quotes that is no plain whole number
};

/// Calls use(tag) for each of a row's labels in `text`, between which `separator` stands; blanks around one are none of
/// it, and an empty one is none.
template <class Use>
void for_each_tag(std::string_view text, std::string_view separator, Use&& use) {
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t end = std::min(text.find(separator, first), text.size());
    std::string_view tag = text.substr(first, end - first);
    const std::size_t begin = std::min(tag.find_first_not_of(" \t"), tag.size());
    tag = tag.substr(begin, tag.find_last_not_of(" \t") + 1 - begin);
    if (!tag.empty()) {
      use(tag);
    }
    first = end + separator.size();
  }
}

/// Some rows. Of a training table, the labels of a chunk's rows number the chunk's own names.
struct TableRows {
  Dataset data;
  std::vector<RecordChunk> chunks;
  std::vector<ChunkLabels> labels;  ///< of each chunk
};

/// Reads all records of `table`, whose first one is row `first_row` of the file, by the threads of on_threads
/// (data/parallel.h). Throws the Error(data) of the first fault in the file.
TableRows read_rows(const TableText& table, std::size_t first_row, const TablePlan& plan);

}  // namespace strata
