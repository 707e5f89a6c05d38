// Rows of features with their labels, as they lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// Rows to read, owned by a Dataset: features (rows, features), a label in [0, classes) for each row.
struct SamplesView {
  MatrixView<const std::uint8_t> features;
  std::span<const std::uint32_t> labels;

  std::size_t rows() const { return labels.size(); }
};

/// One part of a data set: pixels (uint8) or values (fp32), whichever is not empty; both are standardised on the way
/// into a batch. Labels are class indices, which say the same as one-hot rows.
struct Dataset {
  std::string source;                     ///< the file the features came from, for messages
  std::vector<std::size_t> sample_shape;  ///< e.g. {28, 28}; the product is features
  std::size_t features = 0;
  AlignedVector<std::uint8_t> pixels;  ///< (rows, features)
  AlignedVector<float> values;         ///< (rows, features); NaN: missing
  std::vector<std::uint32_t> labels;   ///< (rows)
  std::vector<float> row_weights;      ///< (rows), how much each row counts in the training loss; empty: 1
  std::vector<std::string> ids;        ///< (rows), as the id column has them; empty: none

  std::size_t rows() const { return labels.size(); }
  SamplesView view() const { return {{pixels.data(), rows(), features}, labels}; }
};

}  // namespace strata
