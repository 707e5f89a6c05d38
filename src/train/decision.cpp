#include "train/decision.h"

#include <algorithm>

namespace strata {

std::uint32_t decided_class(std::span<const float> probabilities, std::size_t classes, double threshold) {
  if (probabilities.size() < classes) {
    return says_yes(probabilities[0], threshold) ? 1 : 0;
  }
  return static_cast<std::uint32_t>(std::ranges::max_element(probabilities) - probabilities.begin());
}

std::vector<std::uint32_t> decided_classes(const MatrixView<const float>& probabilities, std::size_t classes,
                                           double threshold) {
  std::vector<std::uint32_t> decided(probabilities.rows());
  for (std::size_t row = 0; row < decided.size(); ++row) {
    decided[row] = decided_class({probabilities.row(row), probabilities.columns()}, classes, threshold);
  }
  return decided;
}

}  // namespace strata
