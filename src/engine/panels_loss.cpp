#include "engine/panels_loss.h"

namespace strata {

using kernels::panels::Blocked;
using kernels::panels::kWidth;
using kernels::panels::Range;

PanelsLoss::PanelsLoss(std::size_t classes, std::size_t rows)
    : classes_(classes),
      scratch_(kernels::softmax_scratch_size(classes)),
      row_major_(classes > kWidth ? rows * classes : 0) {
  labels_.reserve(rows);
  row_weights_.reserve(rows);
}

std::size_t PanelsLoss::operator()(const SamplesView& samples, std::span<const std::uint32_t> rows, Range range,
                                   const Blocked& logits, const LossGradient* gradient, std::span<float> row_losses) {
  labels_.clear();
  row_weights_.clear();
  for (std::size_t row = range.first; row < range.last; ++row) {
    labels_.push_back(samples.labels[rows[row]]);
    if (gradient != nullptr && gradient->weigh_rows) {
      row_weights_.push_back(samples.row_weights[rows[row]]);
    }
  }
  const MatrixView<float> values = matrix(logits, range);
  const bool in_place = classes_ <= kWidth;
  MatrixView<float> diff;
  if (gradient != nullptr) {
    diff = in_place ? matrix(gradient->logits, range) : values;
  }
  const std::size_t correct =
      kernels::softmax_cross_entropy(values, labels_, gradient != nullptr ? gradient->divisor : 1.0F, diff, row_losses,
                                     scratch_, gradient != nullptr ? gradient->targets : nullptr, row_weights_);
  for (std::size_t row = 0; !in_place && row < diff.rows(); ++row) {
    for (std::size_t c = 0; c < classes_; ++c) {
      gradient->logits(range.first + row, c) = diff(row, c);
    }
  }
  return correct;
}

void PanelsLoss::probabilities(const Blocked& logits, MatrixView<float> probabilities) {
  kernels::softmax(matrix(logits, {0, probabilities.rows()}), probabilities, scratch_);
}

MatrixView<float> PanelsLoss::matrix(const Blocked& logits, Range rows) {
  if (classes_ <= kWidth) {
    return {logits.at(0, rows.first), rows.size(), classes_, kWidth};
  }
  const MatrixView<float> copy(row_major_.data(), rows.size(), classes_);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t c = 0; c < classes_; ++c) {
      copy(row, c) = logits(rows.first + row, c);
    }
  }
  return copy;
}

}  // namespace strata
