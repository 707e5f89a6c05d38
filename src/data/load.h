// Finds and reads a data set, whatever its form: docs/data.md.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/table.h"
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

struct MissingEntry {
  MissingValues value;
  std::string_view name;
};
struct HeaderEntry {
  HeaderLine value;
  std::string_view name;
};
struct UnseenEntry {
  UnseenCategories value;
  std::string_view name;
};

/// The names of choices, that by default first.
inline constexpr std::array kMissingValues{MissingEntry{MissingValues::error, "error"},
                                           MissingEntry{MissingValues::mean, "mean"}};
inline constexpr std::array kHeaderLines{HeaderEntry{HeaderLine::automatic, "auto"},
                                         HeaderEntry{HeaderLine::yes, "yes"}, HeaderEntry{HeaderLine::no, "no"}};
inline constexpr std::array kUnseenCategories{UnseenEntry{UnseenCategories::error, "error"},
                                              UnseenEntry{UnseenCategories::zeros, "zeros"}};

/// Where data lie, and how they are read.
struct DataRequest {
  /// A folder of IDX files; a folder of NPY files, X_train.npy, y_train.npy and perhaps X_validation.npy, X_test.npy,
  /// …, each possibly with .gz behind it; an NPY file of features; or a table.
  std::filesystem::path data;
  std::optional<std::filesystem::path> labels{};           ///< the NPY file beside `data` that has its labels
  std::optional<std::filesystem::path> validation_data{};  ///< an NPY file or a table: the validation part
  std::optional<std::filesystem::path> validation_labels{};
  std::optional<std::filesystem::path> test_data{};  ///< likewise the test part, in place of any that `data` has
  std::optional<std::filesystem::path> test_labels{};
  MissingValues missing = MissingValues::error;
  ColumnRoles roles{};  ///< of tables, as are the two below
  HeaderLine header = HeaderLine::automatic;
  UnseenCategories unseen = UnseenCategories::error;
  int threads = 1;
};

/// Reads data to train on. Parts fit each other: the same features of the same shape and kind, and no label or category
/// that the training part lacks. Throws Error(data) on any fault, naming the file; Error(usage) for a request that does
/// not apply to what lies there.
DataSource load_data(const DataRequest& request);

/// Whether load_data will give a validation part, as far as the names of files tell.
bool has_validation_part(const DataRequest& request);

/// What a trained model asks of data.
struct DataNeeds {
  std::size_t features = 0;
  std::size_t classes = 0;
  std::vector<std::size_t> sample_shape{};  ///< the product is features; empty: not known
  std::vector<std::string> class_names{};   ///< (classes); empty: classes are 0, 1, …
  std::optional<TableSchema> table{};       ///< of a model of tables, whose columns are matched by it
  bool fills_missing = false;               ///< the model's scaler fills missing values; else there may be none
};

/// Reads data to apply a model to, or to train it on, in the same forms; request.roles and request.missing do not
/// count. A file is the source's training part, a folder has its parts; parts that are not there have no rows, and one
/// is there at least. With LabelUse::ignore no labels are read, nor need there be any, and all labels are empty (IDX
/// folders still need all four files). Classes, names and table are those of `needs`.
/// Throws as load_data, and Error(data) for data that are not of the model's kind.
DataSource load_for_model(const DataRequest& request, const DataNeeds& needs, LabelUse labels = LabelUse::read);

/// Reads the folder of IDX files `path`: train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz],
/// t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]. A file and its .gz both there: an error.
/// The four are read and inflated in parallel by `threads` threads of TBB.
/// Throws Error(data) on any fault, naming the file. Labels of the test part must be below `classes`.
DataSource load_idx_folder(const std::filesystem::path& path, int threads);

}  // namespace strata
