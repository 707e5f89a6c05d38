#include "engine/standardiser.h"

#include <algorithm>
#include <vector>

namespace strata {

namespace {

namespace panels = kernels::panels;

/// A part of the second cache that a step can spare.
constexpr std::size_t kFetchedBytes = 256 * 1024;

AlignedVector<float> padded(const std::vector<float>& values, float by) {
  AlignedVector<float> result(panels::padded(values.size()), by);
  std::ranges::copy(values, result.begin());
  return result;
}

}  // namespace

Standardiser::Standardiser(const Scaler& scaler)
    : features_(scaler.mean.size()),
      factor_(padded(scaler.pixel_factor(), 0.0F)),
      offset_(padded(scaler.pixel_offset(), 0.0F)),
      mean_(padded(scaler.mean, 0.0F)),
      scale_(padded(scaler.scale, 1.0F)),
      reciprocal_(scale_.size()),
      missing_(padded(scaler.standardised_fill(), 0.0F)) {
  std::ranges::transform(scale_, reciprocal_.begin(), [](float scale) { return 1.0 / static_cast<double>(scale); });
}

void Standardiser::gather(const FeaturesView& samples, std::span<const std::uint32_t> rows,
                          MatrixView<float> dst) const {
  gather_rows(samples, rows, dst);
}

void Standardiser::gather(const FeaturesView& samples, std::span<const std::uint32_t> rows,
                          MatrixView<kernels::Bf16> dst) const {
  gather_rows(samples, rows, dst);
}

void Standardiser::gather(const FeaturesView& samples, std::span<const std::uint32_t> rows, panels::Blocked dst,
                          std::size_t first) const {
  if (samples.are_pixels()) {
    panels::gather_blocked(samples.pixels, rows, factor_.data(), offset_.data(), dst, first);
  } else {
    panels::gather_blocked(samples.values, rows, values(mean_.size()), dst, first);
  }
}

void Standardiser::fetch(const FeaturesView& samples, std::span<const std::uint32_t> rows) {
  const auto fetch_all = [rows](const auto& features) {
    if (rows.size() * features.columns() * sizeof(*features.data()) <= kFetchedBytes) {
      for (const std::uint32_t row : rows) {
        kernels::fetch_row<false>(features, row);
      }
    }
  };
  samples.are_pixels() ? fetch_all(samples.pixels) : fetch_all(samples.values);
}

template <class T>
void Standardiser::gather_rows(const FeaturesView& samples, std::span<const std::uint32_t> rows,
                               MatrixView<T> dst) const {
  if (samples.are_pixels()) {
    kernels::gather_standardise(samples.pixels, rows, std::span(factor_).first(features_),
                                std::span(offset_).first(features_), dst);
  } else {
    kernels::gather_standardise(samples.values, rows, values(features_), dst);
  }
}

kernels::ValueScale Standardiser::values(std::size_t count) const {
  return {std::span(mean_).first(count), std::span(scale_).first(count), std::span(reciprocal_).first(count),
          std::span(missing_).first(count)};
}

}  // namespace strata
