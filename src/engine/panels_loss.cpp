#include "engine/panels_loss.h"

#include "kernels/softmax_cross_entropy.h"

namespace strata {

using kernels::panels::Blocked;
using kernels::panels::kWidth;
using kernels::panels::Range;

PanelsLoss::PanelsLoss(std::size_t classes, std::size_t rows)
    : classes_(classes),
      scratch_(kernels::softmax_scratch_size(classes)),
      row_major_(classes > kWidth ? rows * classes : 0) {
  labels_.reserve(rows);
}

std::size_t PanelsLoss::operator()(const SamplesView& samples, std::span<const std::uint32_t> rows, Range range,
                                   const Blocked& logits, const Blocked* gradients, std::span<float> row_losses) {
  labels_.clear();
  for (std::size_t row = range.first; row < range.last; ++row) {
    labels_.push_back(samples.labels[rows[row]]);
  }
  const auto batch = static_cast<float>(rows.size());
  if (classes_ <= kWidth) {
    const auto view = [&](const Blocked& blocked) {
      return MatrixView<float>(blocked.at(0, range.first), range.size(), classes_, kWidth);
    };
    return kernels::softmax_cross_entropy(view(logits), labels_, batch,
                                          gradients != nullptr ? view(*gradients) : MatrixView<float>(), row_losses,
                                          scratch_);
  }
  const MatrixView<float> matrix(row_major_.data(), range.size(), classes_);
  for (std::size_t row = 0; row < range.size(); ++row) {
    for (std::size_t c = 0; c < classes_; ++c) {
      matrix(row, c) = logits(range.first + row, c);
    }
  }
  const std::size_t correct = kernels::softmax_cross_entropy(
      matrix, labels_, batch, gradients != nullptr ? matrix : MatrixView<float>(), row_losses, scratch_);
  for (std::size_t row = 0; gradients != nullptr && row < range.size(); ++row) {
    for (std::size_t c = 0; c < classes_; ++c) {
      (*gradients)(range.first + row, c) = matrix(row, c);
    }
  }
  return correct;
}

}  // namespace strata
