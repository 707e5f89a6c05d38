// Finds and reads a data set.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/table_schema.h"

namespace strata {

/// Training, test and validation parts (the last two may have no rows), and the classes of all.
struct DataSource {
  Dataset train;
  Dataset test;
  std::size_t classes = 0;
  std::vector<std::string> class_names{};  ///< (classes), as the data names them; empty: classes are 0, 1, …
  Dataset validation{};                    ///< no rows: part of train is held out instead
  std::optional<TableSchema> table{};      ///< if the data are tables
};

/// Reads the folder of IDX files `path`: train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz],
/// t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]. A file and its .gz both there: an error.
/// The four are read and inflated in parallel by `threads` threads of TBB.
/// Throws Error(data) on any fault, naming the file. Labels of the test part must be below `classes`.
DataSource load_idx_folder(const std::filesystem::path& path, int threads);

}  // namespace strata
