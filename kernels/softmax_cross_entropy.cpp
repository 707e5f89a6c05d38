#include "kernels/softmax_cross_entropy.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax_cross_entropy.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
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

/// Up to kSoftmaxRows rows at once, one a lane, so that no sum runs along a vector. Targets other than the label alone
/// cost nothing where there are none.
template <bool kTargets>
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

  /// Before all else, if there are targets.
  void aim(std::span<const std::uint32_t> labels, const ClassTargets& targets, std::span<const float> row_weights) {
    other_ = targets.other.data();
    for (std::size_t r = 0; r < logits_.rows(); ++r) {
      const std::uint32_t y = labels[r];
      label_classes_[r] = static_cast<std::int32_t>(y);
      label_targets_[r] = targets.label[y];
      totals_[r] = targets.total[y];
      weights_[r] = row_weights.empty() ? targets.weight[y] : targets.weight[y] * row_weights[r];
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
      V margin = hn::Zero(d_);
      for (std::size_t c = 0; c < logits_.columns(); ++c) {
        float* column = columns_ + c * kSoftmaxRows + r;
        const V below = hn::Sub(hn::LoadU(d_, column), maximum);
        if constexpr (kTargets) {
          margin = hn::MulAdd(target(c, r), below, margin);
        }
        const V e = HWY_NAMESPACE::exp(d_, below);
        hn::StoreU(e, d_, column);
        sum = hn::Add(sum, e);
      }
      hn::StoreU(sum, d_, sums_ + r);
      if constexpr (kTargets) {
        hn::StoreU(margin, d_, margins_ + r);
      }
    }
  }

  /// After exponentials(): losses of all rows into losses[0 … kSoftmaxRows - 1], into figures 1 for correct rows, 0 for
  /// others. Returns correct rows.
  std::size_t losses(std::span<const std::uint32_t> labels, float* losses, float* figures) const {
    float label_logits[kSoftmaxRows] = {};
    std::size_t correct = 0;
    for (std::size_t r = 0; r < logits_.rows(); ++r) {
      label_logits[r] = logits_(r, labels[r]);
      const bool is_correct = static_cast<std::uint32_t>(predicted_[r]) == labels[r];
      correct += is_correct ? 1U : 0U;
      figures[r] = is_correct ? 1.0F : 0.0F;
    }
    for (std::size_t r = 0; r < logits_.rows(); r += hn::Lanes(d_)) {
      V loss = HWY_NAMESPACE::log(d_, hn::LoadU(d_, sums_ + r));
      if constexpr (kTargets) {
        loss = hn::Sub(hn::Mul(hn::LoadU(d_, totals_ + r), loss), hn::LoadU(d_, margins_ + r));
        loss = hn::Mul(hn::LoadU(d_, weights_ + r), loss);
      } else {
        loss = hn::Sub(loss, hn::Sub(hn::LoadU(d_, label_logits + r), hn::LoadU(d_, maxima_ + r)));
      }
      hn::StoreU(loss, d_, losses + r);
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
  void subtract_targets(std::span<const std::uint32_t> labels, float divisor) {
    if constexpr (kTargets) {
      for (std::size_t c = 0; c < logits_.columns(); ++c) {
        for (std::size_t r = 0; r < logits_.rows(); r += hn::Lanes(d_)) {
          float* column = columns_ + c * kSoftmaxRows + r;
          const V difference = hn::Sub(hn::Mul(hn::LoadU(d_, totals_ + r), hn::LoadU(d_, column)), target(c, r));
          hn::StoreU(hn::Mul(hn::LoadU(d_, weights_ + r), difference), d_, column);
        }
      }
    } else {
      for (std::size_t r = 0; r < logits_.rows(); ++r) {
        columns_[labels[r] * kSoftmaxRows + r] -= 1.0F;
      }
    }
    const V divisors = hn::Set(d_, divisor);
    for (std::size_t i = 0; i < logits_.columns() * kSoftmaxRows; i += hn::Lanes(d_)) {
      hn::StoreU(hn::Div(hn::LoadU(d_, columns_ + i), divisors), d_, columns_ + i);
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
  /// Class c's target in rows r, r + 1, …
  HWY_INLINE V target(std::size_t c, std::size_t r) const {
    const auto is_label = hn::Eq(hn::LoadU(di_, label_classes_ + r), hn::Set(di_, static_cast<std::int32_t>(c)));
    return hn::IfThenElse(hn::RebindMask(d_, is_label), hn::LoadU(d_, label_targets_ + r), hn::Set(d_, other_[c]));
  }

  const D d_{};
  const hn::RebindToSigned<D> di_{};
  MatrixView<const float> logits_;
  float* columns_;  ///< (classes, kSoftmaxRows)
  float maxima_[kSoftmaxRows] = {};
  std::int32_t predicted_[kSoftmaxRows] = {};
  float sums_[kSoftmaxRows] = {};

  static constexpr std::size_t kTargetRows = kTargets ? kSoftmaxRows : 1;
  const float* other_ = nullptr;
  std::int32_t label_classes_[kTargetRows] = {};
  float label_targets_[kTargetRows] = {};
  float totals_[kTargetRows] = {};
  float weights_[kTargetRows] = {};
  float margins_[kTargetRows] = {};
};

template <bool kTargets>
std::size_t cross_entropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float divisor,
                          MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch,
                          const ClassTargets* targets, std::span<const float> row_weights,
                          std::span<float> row_figures) {
  std::size_t correct = 0;
  for (std::size_t first = 0; first < logits.rows(); first += kSoftmaxRows) {
    const std::size_t count = std::min(kSoftmaxRows, logits.rows() - first);
    SoftmaxRows<kTargets> rows(logits.rows(first, count), scratch);
    if constexpr (kTargets) {
      rows.aim(labels.subspan(first, count), *targets,
               row_weights.empty() ? row_weights : row_weights.subspan(first, count));
    }
    rows.exponentials();
    float losses[kSoftmaxRows];
    float figures[kSoftmaxRows];
    correct += rows.losses(labels.subspan(first, count), losses, figures);
    std::copy_n(losses, count, row_losses.begin() + static_cast<std::ptrdiff_t>(first));
    if (!row_figures.empty()) {
      std::copy_n(figures, count, row_figures.begin() + static_cast<std::ptrdiff_t>(first));
    }
    if (diff_logits.rows() != 0) {
      rows.divide();
      rows.subtract_targets(labels.subspan(first, count), divisor);
      rows.copy_to(diff_logits.rows(first, count));
    }
  }
  return correct;
}

std::size_t SoftmaxCrossEntropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float divisor,
                                MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch,
                                const ClassTargets* targets, std::span<const float> row_weights,
                                std::span<float> row_figures) {
  const auto compute = targets == nullptr ? cross_entropy<false> : cross_entropy<true>;
  return compute(logits, labels, divisor, diff_logits, row_losses, scratch, targets, row_weights, row_figures);
}

void Softmax(MatrixView<const float> logits, MatrixView<float> probabilities, std::span<float> scratch) {
  for (std::size_t first = 0; first < logits.rows(); first += kSoftmaxRows) {
    const std::size_t count = std::min(kSoftmaxRows, logits.rows() - first);
    SoftmaxRows<false> rows(logits.rows(first, count), scratch);
    rows.exponentials();
    rows.divide();
    rows.copy_to(probabilities.rows(first, count));
  }
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(SoftmaxCrossEntropy);
STRATA_EXPORT(Softmax);

std::size_t softmax_scratch_size(std::size_t classes) { return classes * kSoftmaxRows; }

std::size_t softmax_cross_entropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float divisor,
                                  MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch,
                                  const ClassTargets* targets, std::span<const float> row_weights,
                                  std::span<float> row_figures) {
  assert(row_weights.empty() || (targets != nullptr && row_weights.size() == logits.rows()));
  assert(labels.size() == logits.rows() && row_losses.size() == logits.rows());
  assert(scratch.size() >= softmax_scratch_size(logits.columns()));
  return STRATA_DISPATCH(SoftmaxCrossEntropy)(logits, labels, divisor, diff_logits, row_losses, scratch, targets,
                                              row_weights, row_figures);
}

void softmax(MatrixView<const float> logits, MatrixView<float> probabilities, std::span<float> scratch) {
  assert(probabilities.rows() == logits.rows() && probabilities.columns() == logits.columns());
  assert(scratch.size() >= softmax_scratch_size(logits.columns()));
  STRATA_DISPATCH(Softmax)(logits, probabilities, scratch);
}

}  // namespace strata::kernels
#endif
