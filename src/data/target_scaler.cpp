#include "data/target_scaler.h"

#include <utility>

#include "data/scaler.h"

namespace strata {

TargetScaler fit_target_scaler(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  SamplesView targets;
  targets.features = FeaturesView(samples.targets);
  Scaler scaler = fit_scaler(ScalerKind::standard, targets, rows, 1);
  return {std::move(scaler.mean), std::move(scaler.scale)};
}

}  // namespace strata
