// What probabilities decide: the one rule of predictions, confusion matrices and figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// What a threshold makes of a probability: yes above it. Both are fp32 here, as in the losses' kernels and in exported
/// graphs, so that a probability that is the threshold itself says no to all of them.
inline bool says_yes(float probability, double threshold) { return probability > static_cast<float>(threshold); }

/// A row's class: of two classes by one output, the second one's probability, by the threshold; else the first of the
/// most probable ones.
std::uint32_t decided_class(std::span<const float> probabilities, std::size_t classes, double threshold);

/// Each row's; probabilities are (rows, outputs).
std::vector<std::uint32_t> decided_classes(const MatrixView<const float>& probabilities, std::size_t classes,
                                           double threshold);

}  // namespace strata
