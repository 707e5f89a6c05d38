#include "data/scaler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

#include "core/error.h"
#include "data/moments.h"
#include "data/shown_text.h"
#include "data/table/schema.h"

namespace strata {

namespace {

/// Rounded to fp32; 0 where that would be denormal, which computing threads read as 0.
float rounded(double x) {
  const auto nearest = static_cast<float>(x);
  return std::isnormal(nearest) ? nearest : 0.0F;
}

/// What the feature is divided by: 1 if it is constant, as far as fp32 can tell.
float scale_of(const Moments& feature) {
  const float deviation = rounded(std::sqrt(feature.variance));
  return feature.constant || deviation == 0 ? 1.0F : deviation;
}

void standardise(Scaler& scaler, std::span<const Moments> features) {
  std::transform(features.begin(), features.end(), scaler.mean.begin(),
                 [](const Moments& feature) { return rounded(feature.mean); });
  std::transform(features.begin(), features.end(), scaler.scale.begin(), scale_of);
}

/// A table's numbers may lack values in all of some rows; categories never do.
void require_values(std::span<const Moments> features, const TableSchema* table) {
  const auto empty = std::find_if(features.begin(), features.end(), [](const Moments& f) { return f.count == 0; });
  if (empty == features.end()) {
    return;
  }
  const auto feature = static_cast<std::size_t>(empty - features.begin());
  throw data_error("{} has no value in any training row, so that it has no mean; leave it out{}",
                   table != nullptr ? "the column " + shown(table->column_of(feature).name)
                                    : fmt::format("feature {} (counted from 0)", feature),
                   table != nullptr ? " by ‹ignore_columns›, or hold out other rows" : "");
}

}  // namespace

std::vector<float> Scaler::pixel_factor() const {
  std::vector<float> factors(scale.size());
  std::transform(scale.begin(), scale.end(), factors.begin(),
                 [](float s) { return static_cast<float>(1.0 / double{s}); });
  return factors;
}

std::vector<float> Scaler::pixel_offset() const {
  std::vector<float> offsets(scale.size());
  for (std::size_t f = 0; f < offsets.size(); ++f) {
    const double mean_of_pixels = offset.empty() ? double{mean[f]} : double{mean[f]} + offset[f];
    offsets[f] = static_cast<float>(-mean_of_pixels / double{scale[f]});
  }
  return offsets;
}

std::vector<float> Scaler::standardised_fill() const {
  std::vector<float> values(mean.size(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t f = 0; f < fill.size(); ++f) {
    const double value = fill[f];
    values[f] = static_cast<float>((value - double{mean[f]}) / double{scale[f]});
  }
  return values;
}

Scaler fit_scaler(ScalerKind kind, const SamplesView& samples, std::span<const std::uint32_t> rows, int threads,
                  MissingValues missing, const TableSchema* table) {
  const std::size_t features = samples.features.columns();
  Scaler scaler{std::vector<float>(features, 0.0F),
                std::vector<float>(features, kind == ScalerKind::unit ? 255.0F : 1.0F)};
  if (kind != ScalerKind::standard && missing == MissingValues::error) {
    return scaler;
  }
  const std::vector<Moments> fitted = moments(samples.features, rows, threads);
  require_values(fitted, table);
  if (kind == ScalerKind::standard) {
    standardise(scaler, fitted);
  }
  if (missing == MissingValues::mean) {
    std::transform(fitted.begin(), fitted.end(), std::back_inserter(scaler.fill),
                   [](const Moments& feature) { return rounded(feature.mean); });
  }
  return scaler;
}

TargetScaler fit_target_scaler(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  SamplesView targets;
  targets.features = FeaturesView(samples.targets);
  Scaler scaler = fit_scaler(ScalerKind::standard, targets, rows, 1);
  return {std::move(scaler.mean), std::move(scaler.scale)};
}

}  // namespace strata
