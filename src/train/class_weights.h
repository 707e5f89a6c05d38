// The weights of the classes in the loss that is trained.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/train_config.h"

namespace strata {

/// One weight for each of `classes` classes, or none where all are 1. `rows` are the training rows of `labels`.
/// Throws Error(usage) if another number of weights is given, or a class to balance has no training row.
std::vector<double> class_weights(const ClassWeights& weights, std::span<const std::uint32_t> labels,
                                  std::span<const std::uint32_t> rows, std::size_t classes);

}  // namespace strata
