// Standardisation of features, and of targets that are numbers, fitted on the training part.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace strata {

enum class ScalerKind { standard, unit, none };

/// A feature that is held as x enters the network as (x - mean) / scale; a missing one as if it were its fill. Where
/// there are offsets, x is what the data have less the feature's offset, and so are mean and fill.
struct Scaler {
  std::vector<float> mean;       ///< (features)
  std::vector<float> scale;      ///< (features), never 0
  std::vector<float> fill{};     ///< (features); empty: no value may be missing
  std::vector<double> offset{};  ///< (features), as Dataset::offsets; empty: 0

  /// The same map for uint8 features as fma(x, pixel_factor, pixel_offset): 1/scale and -(mean + offset)/scale,
  /// computed in double from what is stored, then rounded to fp32.
  std::vector<float> pixel_factor() const;
  std::vector<float> pixel_offset() const;
  MissingValues missing() const { return fill.empty() ? MissingValues::error : MissingValues::mean; }
  /// What the network sees in place of a missing value, rounded from double; NaN without fill.
  std::vector<float> standardised_fill() const;
};

struct TableSchema;

/// standard: population mean and deviation of each feature over `rows` of `samples`, missing values left out
/// (scikit-learn's StandardScaler: ddof 0, constant features divided by 1; moments.h). unit: mean 0, scale 255. none:
/// mean 0, scale 1. missing: what fills missing values; the mean is that of `rows`, with any kind of scaler.
/// Throws Error(data) if a mean is needed of a feature that `rows` have no value of; it names the column of `table`.
Scaler fit_scaler(ScalerKind kind, const SamplesView& samples, std::span<const std::uint32_t> rows, int threads,
                  MissingValues missing = MissingValues::error, const TableSchema* table = nullptr);

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
