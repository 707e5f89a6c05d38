#include "kernels/softmax_cross_entropy.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax_cross_entropy.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cassert>

#include "kernels/elementary-inl.h"

namespace strata::kernels {
#ifndef STRATA_KERNELS_SOFTMAX_ONCE
#define STRATA_KERNELS_SOFTMAX_ONCE
/// Rows whose classes stand side by side in scratch; no vector is wider.
inline constexpr std::size_t kSoftmaxRows = 16;
#endif
}  // namespace strata::kernels

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Up to kSoftmaxRows rows at once, one a lane, so that no sum runs along a vector.
class SoftmaxRows {
 public:
  using D = hn::CappedTag<float, kSoftmaxRows>;
  using V = hn::Vec<D>;

  SoftmaxRows(MatrixView<const float> logits, std::span<float> scratch) : logits_(logits), columns_(scratch.data()) {
    for (std::size_t c = 0; c < logits.columns(); ++c) {
      for (std::size_t r = 0; r < logits.rows(); ++r) {
        columns_[c * kSoftmaxRows + r] = logits(r, c);
      }
      std::fill(columns_ + c * kSoftmaxRows + logits.rows(), columns_ + (c + 1) * kSoftmaxRows, 0.0F);
    }
  }

  /// First: scratch becomes softmax's numerators.
  void exponentials() {
    for (std::size_t r = 0; r < logits_.rows(); r += hn::Lanes(d_)) {
      V maximum = hn::LoadU(d_, columns_ + r);
      auto argmax = hn::Zero(di_);
      for (std::size_t c = 1; c < logits_.columns(); ++c) {
        const V z = hn::LoadU(d_, columns_ + c * kSoftmaxRows + r);
        const auto larger = hn::Gt(z, maximum);
        maximum = hn::IfThenElse(larger, z, maximum);
        argmax = hn::IfThenElse(hn::RebindMask(di_, larger), hn::Set(di_, static_cast<std::int32_t>(c)), argmax);
      }
      hn::StoreU(maximum, d_, maxima_ + r);
      hn::StoreU(argmax, di_, predicted_ + r);
      V sum = hn::Zero(d_);
      for (std::size_t c = 0; c < logits_.columns(); ++c) {
        float* column = columns_ + c * kSoftmaxRows + r;
        const V e = HWY_NAMESPACE::exp(d_, hn::Sub(hn::LoadU(d_, column), maximum));
        hn::StoreU(e, d_, column);
        sum = hn::Add(sum, e);
      }
      hn::StoreU(sum, d_, sums_ + r);
    }
  }

  /// After exponentials(): losses of all rows into losses[0 … kSoftmaxRows - 1]. Returns correct rows.
  std::size_t losses(std::span<const std::uint32_t> labels, float* losses) const {
    float label_logits[kSoftmaxRows] = {};
    std::size_t correct = 0;
    for (std::size_t r = 0; r < logits_.rows(); ++r) {
      label_logits[r] = logits_(r, labels[r]);
      correct += static_cast<std::uint32_t>(predicted_[r]) == labels[r] ? 1U : 0U;
    }
    for (std::size_t r = 0; r < logits_.rows(); r += hn::Lanes(d_)) {
      const V margin = hn::Sub(hn::LoadU(d_, label_logits + r), hn::LoadU(d_, maxima_ + r));
      hn::StoreU(hn::Sub(HWY_NAMESPACE::log(d_, hn::LoadU(d_, sums_ + r)), margin), d_, losses + r);
    }
    return correct;
  }

  /// After exponentials(): scratch becomes softmax.
  void divide() {
    for (std::size_t c = 0; c < logits_.columns(); ++c) {
      for (std::size_t r = 0; r < logits_.rows(); r += hn::Lanes(d_)) {
        float* column = columns_ + c * kSoftmaxRows + r;
        hn::StoreU(hn::Div(hn::LoadU(d_, column), hn::LoadU(d_, sums_ + r)), d_, column);
      }
    }
  }

  /// After divide(): scratch becomes the gradient.
  void subtract_labels(std::span<const std::uint32_t> labels, float batch) {
    for (std::size_t r = 0; r < logits_.rows(); ++r) {
      columns_[labels[r] * kSoftmaxRows + r] -= 1.0F;
    }
    const V divisor = hn::Set(d_, batch);
    for (std::size_t i = 0; i < logits_.columns() * kSoftmaxRows; i += hn::Lanes(d_)) {
      hn::StoreU(hn::Div(hn::LoadU(d_, columns_ + i), divisor), d_, columns_ + i);
    }
  }

  /// Scratch, row by row.
  void copy_to(MatrixView<float> rows) const {
    for (std::size_t r = 0; r < logits_.rows(); ++r) {
      for (std::size_t c = 0; c < logits_.columns(); ++c) {
        rows(r, c) = columns_[c * kSoftmaxRows + r];
      }
    }
  }

 private:
  const D d_{};
  const hn::RebindToSigned<D> di_{};
  MatrixView<const float> logits_;
  float* columns_;  ///< (classes, kSoftmaxRows)
  float maxima_[kSoftmaxRows] = {};
  std::int32_t predicted_[kSoftmaxRows] = {};
  float sums_[kSoftmaxRows] = {};
};

std::size_t SoftmaxCrossEntropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float batch,
                                MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch) {
  std::size_t correct = 0;
  for (std::size_t first = 0; first < logits.rows(); first += kSoftmaxRows) {
    const std::size_t count = std::min(kSoftmaxRows, logits.rows() - first);
    SoftmaxRows rows(logits.rows(first, count), scratch);
    rows.exponentials();
    float losses[kSoftmaxRows];
    correct += rows.losses(labels.subspan(first, count), losses);
    std::copy_n(losses, count, row_losses.begin() + static_cast<std::ptrdiff_t>(first));
    if (diff_logits.rows() != 0) {
      rows.divide();
      rows.subtract_labels(labels.subspan(first, count), batch);
      rows.copy_to(diff_logits.rows(first, count));
    }
  }
  return correct;
}

void Softmax(MatrixView<const float> logits, MatrixView<float> probabilities, std::span<float> scratch) {
  for (std::size_t first = 0; first < logits.rows(); first += kSoftmaxRows) {
    const std::size_t count = std::min(kSoftmaxRows, logits.rows() - first);
    SoftmaxRows rows(logits.rows(first, count), scratch);
    rows.exponentials();
    rows.divide();
    rows.copy_to(probabilities.rows(first, count));
  }
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

HWY_EXPORT(SoftmaxCrossEntropy);
HWY_EXPORT(Softmax);

std::size_t softmax_scratch_size(std::size_t classes) { return classes * kSoftmaxRows; }

std::size_t softmax_cross_entropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float batch,
                                  MatrixView<float> diff_logits, std::span<float> row_losses,
                                  std::span<float> scratch) {
  assert(labels.size() == logits.rows() && row_losses.size() == logits.rows());
  assert(scratch.size() >= softmax_scratch_size(logits.columns()));
  return HWY_DYNAMIC_DISPATCH(SoftmaxCrossEntropy)(logits, labels, batch, diff_logits, row_losses, scratch);
}

void softmax(MatrixView<const float> logits, MatrixView<float> probabilities, std::span<float> scratch) {
  assert(probabilities.rows() == logits.rows() && probabilities.columns() == logits.columns());
  assert(scratch.size() >= softmax_scratch_size(logits.columns()));
  HWY_DYNAMIC_DISPATCH(Softmax)(logits, probabilities, scratch);
}

double sum_in_blocks(std::span<const float> values) {
  constexpr std::size_t kBlock = 64;
  if (values.size() <= kBlock) {
    double sum = 0;
    for (const float value : values) {
      sum += value;
    }
    return sum;
  }
  const std::size_t blocks = (values.size() + kBlock - 1) / kBlock;
  const std::size_t middle = std::bit_floor(blocks - 1) * kBlock;
  return sum_in_blocks(values.first(middle)) + sum_in_blocks(values.subspan(middle));
}

}  // namespace strata::kernels
#endif
