// Folders of four IDX files, as MNIST and its relatives come: docs/formats.md.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/data_source.h"

namespace strata {

/// Whether `folder` has a file with the name of one of the four: [PREFIX]train-images-idx3-ubyte and so on, with t10k
/// or test for the test part, a point or a dash before idx, and perhaps .gz behind it all.
bool has_idx_files(const std::filesystem::path& folder);

/// Reads the folder of IDX files `path`: train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz],
/// t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz], by these names or others that has_idx_files knows. A file
/// twice, as with and without .gz: an error. The four are read and inflated in parallel by `threads` threads.
/// Classes are those of a model, `class_names`, or else the labels that occur in the training part. `check`, if it is
/// not empty, is called with the training part before its labels are looked at.
/// Throws Error(data) on any fault, naming the file, and on a label that is none of these classes.
DataSource load_idx_folder(const std::filesystem::path& path, int threads,
                           const std::optional<std::vector<std::string>>& class_names = {},
                           LabelUse labels = LabelUse::read, const std::function<void(const Dataset&)>& check = {});

}  // namespace strata
