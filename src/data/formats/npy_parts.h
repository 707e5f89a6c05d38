// Parts of a data set in NPY files.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_source.h"
#include "data/offsets.h"

namespace strata {

/// The names of a folder's parts: X_train.npy and so on.
inline constexpr std::string_view kTrainPart = "train";
inline constexpr std::string_view kValidationPart = "validation";
inline constexpr std::string_view kTestPart = "test";

/// How arrays are read.
struct ArrayReading {
  MissingValues missing = MissingValues::error;
  LabelUse labels = LabelUse::read;
  int threads = 1;
  /// What a model, or the training part read before, says of the others; without it the part is a training part.
  GivenOffsets offsets{};
  std::optional<std::vector<std::string>> class_names{};
  /// Throws for features that are not of the model's kind: called before labels are looked at. Empty: no model.
  std::function<void(const Dataset&)> check{};
  std::vector<TargetKind> takes{TargetKind::classes};  ///< what can be learnt; of others than the training part one
  std::optional<std::size_t> target_columns{};         ///< of labels and numbers
};

/// X_PART.npy, as a folder's features are called; x_PART.npy is taken, too, and Y_PART.npy for y_PART.npy.
std::string npy_features_name(std::string_view part);

/// Whether the folder has features of that part, plain or gzipped.
bool has_npy_part(const std::filesystem::path& folder, std::string_view part);

/// Reads a file of features and, unless they are ignored, that of its labels. If it is a training part, `reading` has
/// its offsets and the names of its classes from then on, which are the labels that occur (class_index.h), or how many
/// targets it has, and of what kind.
/// Throws Error(usage) if no labels are given.
Dataset load_npy(const DataFiles& files, ArrayReading& reading);

/// The parts of a folder; one that is not there has no rows. Throws Error(data) for half of one.
DataSource load_npy_folder(const DataFiles& whole, ArrayReading& reading);

/// The parts in an NPZ file, whose arrays are called as a folder's files are, X_train, y_train, …; or its training
/// part, if they are called X and y. Throws likewise.
DataSource load_npz(const DataFiles& whole, ArrayReading& reading);

/// Whether the NPZ file has features of that part.
bool has_npz_part(const std::filesystem::path& path, std::string_view part);

}  // namespace strata
