// Standardisation of features, fitted on the training part.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace strata {

enum class ScalerKind { standard, unit, none };

/// A feature x enters the network as (x - mean) / scale.
struct Scaler {
  std::vector<float> mean;   ///< (features)
  std::vector<float> scale;  ///< (features), never 0

  /// The same map for uint8 features as fma(x, factor, offset): factor = 1/scale, offset = -mean/scale,
  /// computed in double from mean and scale as they are stored, then rounded to fp32.
  std::vector<float> factor() const;
  std::vector<float> offset() const;
};

/// standard: population mean and deviation of each feature over `rows` of `samples` (scikit-learn's
/// StandardScaler: ddof 0, constant features divided by 1); sums are exact integers, so that the
/// result does not depend on the number of threads. unit: mean 0, scale 255. none: mean 0, scale 1.
Scaler fit_scaler(ScalerKind kind, const SamplesView& samples, std::span<const std::uint32_t> rows, int threads);

}  // namespace strata
