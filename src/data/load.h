// Finds and reads a data set.
#pragma once

#include <filesystem>
#include <string>

#include "data/dataset.h"

namespace strata {

/// A training part, a test part, and the number of classes of both.
struct DataSource {
  Dataset train;
  Dataset test;
  std::size_t classes = 0;  ///< 1 + the largest label of the training part
};

/// Reads the folder of IDX files `path`: train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz],
/// t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]. A file and its .gz both there: an error.
/// The four are read and inflated in parallel by `threads` threads of TBB.
/// Throws Error(data) on any fault, naming the file. Labels of the test part must be below `classes`.
DataSource load_idx_folder(const std::filesystem::path& path, int threads);

}  // namespace strata
