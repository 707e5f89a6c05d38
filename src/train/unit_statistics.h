// What becomes of the units of hidden layers: which are dead, and how much of their outputs is saturated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "data/scaler.h"
#include "engine/engine.h"
#include "model/model.h"

namespace strata {

/// Of one hidden layer, over some rows. An activation is flat where its slope is below 0.01.
struct UnitStatistics {
  double dead = 0;  ///< share of the units whose activation is flat for every row
  /// Share of all outputs at which it is flat; of relu and leaky_relu, which are so by design, 0.
  double saturated = 0;
};

/// More rows tell little more.
inline constexpr std::size_t kMostUnitRows = 1000;

/// Of every hidden layer, over at most kMostUnitRows of `rows`, evenly chosen. Empty without rows or hidden layers.
std::vector<UnitStatistics> unit_statistics(const ModelSpec& model, const Parameters& parameters, const Scaler& scaler,
                                            const SamplesView& samples, std::span<const std::uint32_t> rows,
                                            const ComputeChoice& compute);

/// The magnitude of the activation's slope at each of these sums.
AlignedVector<float> slopes(const Activation& activation, std::span<const float> sums);

}  // namespace strata
