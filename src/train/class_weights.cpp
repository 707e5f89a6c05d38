#include "train/class_weights.h"

#include "core/error.h"

namespace strata {

namespace {

std::vector<double> balanced(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> rows,
                             std::size_t classes) {
  std::vector<std::size_t> counts(classes);
  for (const std::uint32_t row : rows) {
    ++counts[labels[row]];
  }
  std::vector<double> weights;
  for (std::size_t c = 0; c < classes; ++c) {
    if (counts[c] == 0) {
      throw usage_error(
          "--class-weights balanced: class {} has no training row to balance; give a weight for each class", c);
    }
    weights.push_back(static_cast<double>(rows.size()) /
                      (static_cast<double>(classes) * static_cast<double>(counts[c])));
  }
  return weights;
}

}  // namespace

std::vector<double> class_weights(const ClassWeights& weights, std::span<const std::uint32_t> labels,
                                  std::span<const std::uint32_t> rows, std::size_t classes) {
  if (weights.balanced) {
    return balanced(labels, rows, classes);
  }
  if (!weights.given.empty() && weights.given.size() != classes) {
    throw usage_error("--class-weights: the data has {} classes, found {} weights; give one for each class", classes,
                      weights.given.size());
  }
  return weights.given;
}

}  // namespace strata
