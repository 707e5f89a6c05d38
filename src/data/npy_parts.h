// Parts of a data set in NPY files.
#pragma once

#include <filesystem>
#include <string_view>

#include "data/load.h"
#include "data/part_request.h"

namespace strata {

/// The names of a folder's parts: X_train.npy and so on.
inline constexpr std::string_view kTrainPart = "train";
inline constexpr std::string_view kValidationPart = "validation";
inline constexpr std::string_view kTestPart = "test";

/// X_PART.npy, y_PART.npy.
std::string npy_features_name(std::string_view part);
std::string npy_labels_name(std::string_view part);

/// Whether the folder has features of that part, plain or gzipped.
bool has_npy_part(const std::filesystem::path& folder, std::string_view part);

/// A file of features and, unless they are ignored, that of its labels. Throws Error(usage) if no labels are given.
Dataset load_npy(const PartRequest& part, MissingValues missing, LabelUse labels, int threads);

/// The parts of a folder; one that is not there has no rows. Throws Error(data) for half of one.
DataSource load_npy_folder(const PartRequest& whole, MissingValues missing, LabelUse labels, int threads);

}  // namespace strata
