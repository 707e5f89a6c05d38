// A data set with its parts, what is asked of whoever reads one, and whether parts fit each other and a model.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/target_kind.h"
#include "data/dataset.h"
#include "data/formats/image_form.h"
#include "data/table/schema.h"
#include "data/table/table.h"

namespace strata {

/// Training, test and validation parts (the last two may have no rows), and what all of them have to learn: labels of
/// `classes`, or targets.
struct DataSource {
  Dataset train;
  Dataset test;
  std::size_t classes = 0;
  std::vector<std::string> class_names{};    ///< (classes), as the data names them; empty: classes are 0, 1, …
  std::vector<std::string> class_labels{};   ///< (classes), the labels that these names stand for; empty: the names do
  Dataset validation{};                      ///< no rows: part of train is held out instead
  std::optional<TableSchema> table{};        ///< if the data are tables
  TargetKind targets = TargetKind::classes;  ///< labels, numbers: then there are no classes, but train.target_columns
};

struct MissingEntry {
  MissingValues value;
  std::string_view name;
};
struct HeaderEntry {
  HeaderLine value;
  std::string_view name;
};
struct LabelTypeEntry {
  LabelType value;
  std::string_view name;
};
struct DecimalEntry {
  DecimalMark value;
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
inline constexpr std::array kLabelTypes{LabelTypeEntry{LabelType::automatic, "auto"},
                                        LabelTypeEntry{LabelType::text, "text"}};
inline constexpr std::array kDecimalMarks{DecimalEntry{DecimalMark::point, "point"},
                                          DecimalEntry{DecimalMark::comma, "comma"}};
inline constexpr std::array kUnseenCategories{UnseenEntry{UnseenCategories::error, "error"},
                                              UnseenEntry{UnseenCategories::zeros, "zeros"}};

/// Where data lie, and how they are read.
struct DataRequest {
  /// A folder of IDX files; a folder of NPY files, X_train.npy, y_train.npy and perhaps X_validation.npy, X_test.npy,
  /// …, each possibly with .gz behind it; an NPZ file of such arrays; an NPY file of features; or a table.
  std::filesystem::path data;
  std::optional<std::filesystem::path> labels{};           ///< the NPY file beside `data` that has its labels
  std::optional<std::filesystem::path> validation_data{};  ///< an NPY file or a table: the validation part
  std::optional<std::filesystem::path> validation_labels{};
  std::optional<std::filesystem::path> test_data{};  ///< likewise the test part, in place of any that `data` has
  std::optional<std::filesystem::path> test_labels{};
  std::vector<std::string> class_names{};  ///< what to call classes whose labels are numbers; empty: by these
  MissingValues missing = MissingValues::error;
  ColumnRoles roles{};  ///< of tables, as are the two below
  TableDialect dialect{};
  UnseenCategories unseen = UnseenCategories::error;
  ImageForm images{};  ///< of folders of images
  int threads = 1;
  std::vector<TargetKind> takes{TargetKind::classes};  ///< what a loss can learn: as what labels of arrays are read
  bool as_before = false;  ///< as runs were started before there were offsets and classes of their own names for arrays
};

/// What a trained model asks of data.
struct DataNeeds {
  std::size_t features = 0;
  std::size_t classes = 0;                  ///< 0: the model learnt labels or numbers
  std::vector<std::size_t> sample_shape{};  ///< the product is features; empty: not known
  std::vector<std::string> class_names{};   ///< (classes); empty: classes are 0, 1, …
  std::vector<std::string> class_labels{};  ///< as DataSource has them
  TargetKind targets = TargetKind::classes;
  std::size_t target_columns = 0;           ///< how many labels or numbers
  std::vector<std::string> target_names{};  ///< (target_columns); empty: they have none
  std::optional<TableSchema> table{};       ///< of a model of tables, whose columns are matched by it
  bool fills_missing = false;               ///< the model's scaler fills missing values; else there may be none
  std::vector<double> offsets{};            ///< (features), what it holds values less; empty: 0
  ImageForm images{};                       ///< how its images are made alike
};

/// A file or folder with the option that named it, and the labels beside it.
struct DataFiles {
  std::string_view option;
  std::filesystem::path data;
  std::optional<std::filesystem::path> labels;
  std::string_view labels_option;
};

/// That of `data` itself.
DataFiles whole_files(const DataRequest& request);

/// Those of the parts that have files of their own; empty: none. Throws Error(usage) for labels without their data.
std::optional<DataFiles> validation_files(const DataRequest& request);
std::optional<DataFiles> test_files(const DataRequest& request);

/// Throws Error(usage) if labels are given beside data that have their own, being `form`, such as "a table".
void reject_labels(const DataFiles& files, std::string_view form);

/// Throws Error(data), naming the file, unless a validation or test part, if it has any rows, has features as the
/// training part has.
void check_fit(const Dataset& part, const DataSource& source);

/// Likewise unless the model can take the part's features, if it has any rows.
void check_needs(const Dataset& part, const DataNeeds& needs);

/// XXH3-64, in hex, of everything in the parts of `source` that a run depends on: sizes, features, labels and weights
/// of rows, classes.
std::string data_hash(const DataSource& source);

}  // namespace strata
