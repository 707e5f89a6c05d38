// Standardisation of targets that are numbers, fitted on the training rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"

namespace strata {

/// A number y is trained as (y - mean) / scale; what the network says of it is predicted as value * scale + mean.
struct TargetScaler {
  std::vector<float> mean{};   ///< (targets); empty: targets are trained as they are
  std::vector<float> scale{};  ///< (targets), never 0

  bool empty() const { return mean.empty(); }
};

/// Population mean and deviation of each target over `rows` of `samples`, in double, rounded once; a target that is
/// constant as far as fp32 can tell has scale 1.
TargetScaler fit_target_scaler(const SamplesView& samples, std::span<const std::uint32_t> rows);

}  // namespace strata
