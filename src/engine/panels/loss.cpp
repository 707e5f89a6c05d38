#include "engine/panels/loss.h"

namespace strata {

using kernels::panels::Blocked;
using kernels::panels::kWidth;
using kernels::panels::Range;

PanelsLoss::PanelsLoss(const EnginePlan& plan, std::size_t rows)
    : outputs_(plan.model.outputs),
      losses_(plan.task, plan.loss, outputs_, rows),
      row_major_(in_place() ? 0 : rows * outputs_) {}

void PanelsLoss::predict(const Blocked& outputs, MatrixView<float> predictions) {
  losses_.predict(matrix(outputs, {0, predictions.rows()}), predictions);
}

void PanelsLoss::evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows, const Blocked& outputs,
                          const RowResults& results) {
  losses_.evaluate(samples, rows, matrix(outputs, {0, rows.size()}), results);
}

void PanelsLoss::train(const SamplesView& samples, std::span<const std::uint32_t> rows, Range range,
                       const Blocked& outputs, double weight, const Blocked& gradients, const RowResults& results) {
  const MatrixView<float> values = matrix(outputs, range);
  const MatrixView<float> diff = in_place() ? matrix(gradients, range) : values;
  losses_.train(samples, rows.subspan(range.first, range.size()), values, weight, diff, results);
  for (std::size_t row = 0; !in_place() && row < diff.rows(); ++row) {
    for (std::size_t o = 0; o < outputs_; ++o) {
      gradients(range.first + row, o) = diff(row, o);
    }
  }
}

MatrixView<float> PanelsLoss::matrix(const Blocked& outputs, Range rows) {
  if (in_place()) {
    return {outputs.at(0, rows.first), rows.size(), outputs_, kWidth};
  }
  const MatrixView<float> copy(row_major_.data(), rows.size(), outputs_);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t o = 0; o < outputs_; ++o) {
      copy(row, o) = outputs(rows.first + row, o);
    }
  }
  return copy;
}

}  // namespace strata
