// Figures of numbers: how far predictions are from them.

#include <algorithm>
#include <cmath>

#include "train/figures.h"

namespace strata {

namespace {

/// The share `q` of sorted values, in proportion between two of them, as numpy has it.
double percentile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

double pinball_loss(double error, double quantile) { return std::max(quantile * error, (quantile - 1) * error); }

/// 1 less the squared errors over those of the mean.
std::optional<double> r2_of(double squared_errors, double squared_deviations, std::size_t rows) {
  if (rows < 2) {
    return std::nullopt;
  }
  if (squared_deviations == 0) {
    return squared_errors == 0 ? 1 : 0;
  }
  return 1 - squared_errors / squared_deviations;
}

NumberFigures figures_of_output(const MatrixView<const float>& targets, std::size_t target,
                                const MatrixView<const float>& predictions, std::size_t output,
                                std::optional<double> quantile) {
  const std::size_t rows = targets.rows();
  const auto count = static_cast<double>(rows);
  double mean = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    mean += static_cast<double>(targets.row(row)[target]);
  }
  mean /= count;
  NumberFigures figures{.quantile = quantile};
  std::vector<double> sizes(rows);
  double squared_errors = 0;
  double squared_deviations = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto y = static_cast<double>(targets.row(row)[target]);
    const double error = y - static_cast<double>(predictions.row(row)[output]);
    sizes[row] = std::abs(error);
    squared_errors += error * error;
    squared_deviations += (y - mean) * (y - mean);
    figures.mae += sizes[row];
    figures.pinball += quantile ? pinball_loss(error, *quantile) : 0;
    figures.below += quantile && error <= 0 ? 1 : 0;
  }
  figures.mae /= count;
  figures.pinball /= count;
  figures.below /= count;
  std::ranges::sort(sizes);
  constexpr double kHigh = 0.95;
  figures.rmse = std::sqrt(squared_errors / count);
  figures.r2 = r2_of(squared_errors, squared_deviations, rows);
  figures.median_error = percentile(sizes, 0.5);
  figures.p95_error = percentile(sizes, kHigh);
  return figures;
}

}  // namespace

std::vector<NumberFigures> number_figures(const MatrixView<const float>& targets,
                                          const MatrixView<const float>& predictions,
                                          std::span<const double> quantiles) {
  std::vector<NumberFigures> all;
  for (std::size_t output = 0; output < predictions.columns(); ++output) {
    const std::optional<double> quantile =
        quantiles.empty() ? std::nullopt : std::optional(quantiles[quantiles.size() == 1 ? 0 : output]);
    all.push_back(figures_of_output(targets, targets.columns() == 1 ? 0 : output, predictions, output, quantile));
  }
  return all;
}

}  // namespace strata
