// The scaler's map as the gathering kernels take it.
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "data/dataset.h"
#include "data/scaler.h"
#include "kernels/bf16.h"
#include "kernels/gather.h"
#include "kernels/panels/dense.h"

namespace strata {

/// Picks rows of pixels or values and standardises them on the way. Thread-safe.
class Standardiser {
 public:
  explicit Standardiser(const Scaler& scaler);

  /// `rows` of `samples` into the first rows of dst (rows.size() or more, features).
  void gather(const FeaturesView& samples, std::span<const std::uint32_t> rows, MatrixView<float> dst) const;
  void gather(const FeaturesView& samples, std::span<const std::uint32_t> rows, MatrixView<kernels::Bf16> dst) const;

  /// `rows` of `samples` into rows first … of dst.
  void gather(const FeaturesView& samples, std::span<const std::uint32_t> rows, kernels::panels::Blocked dst,
              std::size_t first) const;

  /// Tells the memory that `rows` of `samples` will be gathered at the end of this step or in the next one, unless
  /// there are so many that they would drive from the second cache what the step needs before.
  static void fetch(const FeaturesView& samples, std::span<const std::uint32_t> rows);

 private:
  template <class T>
  void gather_rows(const FeaturesView& samples, std::span<const std::uint32_t> rows, MatrixView<T> dst) const;
  /// Of `count` features, or more where kernels want whole blocks.
  kernels::ValueScale values(std::size_t count) const;

  std::size_t features_;
  AlignedVector<float>
      factor_;  ///< this and all below: padded to whole blocks, scale_ and reciprocal_ with ones, the others with zeros
  AlignedVector<float> offset_;
  AlignedVector<float> mean_;
  AlignedVector<float> scale_;
  AlignedVector<double> reciprocal_;
  AlignedVector<float> missing_;  ///< NaN where the scaler has no fill
};

}  // namespace strata
