// Predicted classes and probabilities as CSV, JSON Lines or NPY: docs/formats.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "io/output_target.h"

namespace strata {

/// What `strata predict` writes.
enum class PredictionFormat { csv, jsonl, npy };

struct PredictionLayout {
  PredictionFormat format = PredictionFormat::csv;
  std::vector<std::string> classes;  ///< the name of each
  bool ids = false;                  ///< whether each row has one
};

/// Writes rows in the order in which they come, numbered from 0.
class PredictionWriter {
 public:
  /// `output` is a file, which appears at finish() and not before, or stdout if empty. `rows`: how many there will be,
  /// if that is known. Throws Error(failed), here and below, if the system refuses.
  PredictionWriter(PredictionLayout layout, const std::optional<std::filesystem::path>& output,
                   std::optional<std::size_t> rows);

  /// probabilities (rows, classes) of the next rows, all finite, as many ids if the layout has them.
  void write(MatrixView<const float> probabilities, std::span<const std::string> ids);
  /// To be called once, last.
  void finish();

  std::size_t rows() const { return rows_; }

 private:
  void append_csv(std::span<const float> probabilities, const std::string* id);
  void append_json(std::span<const float> probabilities, const std::string* id);
  void flush();

  PredictionLayout layout_;
  std::vector<std::string> class_texts_;  ///< as the format spells them
  bool rows_were_known_;
  OutputTarget target_;
  std::string text_;  ///< not written yet
  std::size_t rows_ = 0;
};

}  // namespace strata
