// Predictions as CSV, JSON Lines or NPY: docs/formats.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/target_kind.h"
#include "core/tensor.h"
#include "io/atomic_file.h"

namespace strata {

/// The header of an NPY file (github.com/numpy/numpy, numpy/lib/format.py) of a little-endian fp32 matrix (rows,
/// columns) in C order, whose values follow. Always 128 bytes, so that the number of rows can be put in once it is
/// known.
std::string npy_header(std::size_t rows, std::size_t columns);

/// What `strata predict` writes.
enum class PredictionFormat { csv, jsonl, npy };

struct PredictionLayout {
  PredictionFormat format = PredictionFormat::csv;
  std::vector<std::string> names;  ///< of each class, label or number
  bool ids = false;                ///< whether each row has one
  TargetKind kind = TargetKind::classes;
  double threshold = 0.5;  ///< of labels, and of two classes by one output
};

/// Writes rows in the order in which they come, numbered from 0.
class PredictionWriter {
 public:
  /// `output` is a file, which appears at finish() and not before, or stdout if empty. `rows`: how many there will be,
  /// if that is known. Throws Error(failed), here and below, if the system refuses.
  PredictionWriter(PredictionLayout layout, const std::optional<std::filesystem::path>& output,
                   std::optional<std::size_t> rows);

  /// predictions (rows, names) of the next rows, all finite, as many ids if the layout has them. Of two classes that
  /// one output tells apart (rows, 1), the probability of the second.
  void write(MatrixView<const float> predictions, std::span<const std::string> ids);
  /// To be called once, last.
  void finish();

  std::size_t rows() const { return rows_; }

 private:
  /// `decided` is the row's class, if it is of one.
  void append_row(std::span<const float> predictions, std::size_t decided, const std::string* id);
  void append_csv(std::span<const float> predictions, std::size_t decided, const std::string* id);
  void append_json(std::span<const float> predictions, std::size_t decided, const std::string* id);
  void append_json_class(std::span<const float> probabilities, std::size_t decided);
  void append_json_labels(std::span<const float> probabilities);
  /// `"key":{name:value,…}`
  void append_json_values(std::string_view key, std::span<const float> values);
  void flush();

  PredictionLayout layout_;
  std::vector<std::string> texts_;  ///< the names as the format spells them
  bool rows_were_known_;
  OutputTarget target_;
  std::string text_;  ///< not written yet
  std::size_t rows_ = 0;
};

}  // namespace strata
