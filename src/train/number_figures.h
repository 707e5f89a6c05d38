// Figures of numbers: how far predictions are from them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// Figures of one output, in the target's own units. Sums are in double, over rows in ascending order.
struct NumberFigures {
  double rmse = 0;
  double mae = 0;
  std::optional<double>
      r2{};                 ///< of equal targets 1 if all are met, else 0, as in scikit-learn; empty for a single row
  double median_error = 0;  ///< of the absolute error
  double p95_error = 0;     ///< its 95th percentile, between two rows in proportion
  std::optional<double> quantile{};  ///< that the output is to be; these three only then
  double pinball = 0;                ///< mean pinball loss
  double below = 0;                  ///< share of the rows whose target is at most the prediction

  friend bool operator==(const NumberFigures&, const NumberFigures&) = default;
};

/// Of each output. targets are (rows, targets), predictions (rows, outputs), at least one row, all finite. `quantiles`:
/// none; one, of every target; or one for each output, all of one target.
std::vector<NumberFigures> number_figures(const MatrixView<const float>& targets,
                                          const MatrixView<const float>& predictions,
                                          std::span<const double> quantiles);

}  // namespace strata
