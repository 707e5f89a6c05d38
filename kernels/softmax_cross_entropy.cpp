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

/// Up to kSoftmaxRows rows at once, one a lane, so that no sum runs along a vector. Targets other than the label alone
/// cost nothing where they are not asked for.
template <bool kTargets>
class SoftmaxRows {
 public:
  using D = hn::CappedTag<float, kSoftmaxRows>;
  using V = hn::Vec<D>;

  SoftmaxRows(MatrixView<const float> logits, std::span<const std::uint32_t> labels, std::span<float> scratch,
              const ClassTargets* targets)
      : logits_(logits), labels_(labels), columns_(scratch.data()) {
    for (std::size_t c = 0; c < logits.columns(); ++c) {
      for (std::size_t r = 0; r < logits.rows(); ++r) {
        columns_[c * kSoftmaxRows + r] = logits(r, c);
      }
      std::fill(columns_ + c * kSoftmaxRows + logits.rows(), columns_ + (c + 1) * kSoftmaxRows, 0.0F);
    }
    if constexpr (kTargets) {
      other_ = targets->other.data();
      for (std::size_t r = 0; r < logits.rows(); ++r) {
        const std::uint32_t y = labels[r];
        label_classes_[r] = static_cast<std::int32_t>(y);
        label_targets_[r] = targets->label[y];
        totals_[r] = targets->total[y];
        weights_[r] = targets->weight[y];
      }
    }
  }

  /// Losses of all rows into losses[0 … kSoftmaxRows - 1]; scratch becomes softmax's numerators. Returns correct rows.
  std::size_t losses(float* losses) {
    [[maybe_unused]] float label_logits[kSoftmaxRows] = {};
    for (std::size_t r = 0; !kTargets && r < logits_.rows(); ++r) {
      label_logits[r] = columns_[labels_[r] * kSoftmaxRows + r];
    }
    std::int32_t predicted[kSoftmaxRows];
    for (std::size_t r = 0; r < logits_.rows(); r += hn::Lanes(d_)) {
      V maximum = hn::LoadU(d_, columns_ + r);
      auto argmax = hn::Zero(di_);
      for (std::size_t c = 1; c < logits_.columns(); ++c) {
        const V z = hn::LoadU(d_, columns_ + c * kSoftmaxRows + r);
        const auto larger = hn::Gt(z, maximum);
        maximum = hn::IfThenElse(larger, z, maximum);
        argmax = hn::IfThenElse(hn::RebindMask(di_, larger), hn::Set(di_, static_cast<std::int32_t>(c)), argmax);
      }
      hn::StoreU(argmax, di_, predicted + r);
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
      V loss = HWY_NAMESPACE::log(d_, sum);
      if constexpr (kTargets) {
        loss = hn::Sub(hn::Mul(hn::LoadU(d_, totals_ + r), loss), margin);
        loss = hn::Mul(hn::LoadU(d_, weights_ + r), loss);
      } else {
        loss = hn::Sub(loss, hn::Sub(hn::LoadU(d_, label_logits + r), maximum));
      }
      hn::StoreU(loss, d_, losses + r);
    }
    std::size_t correct = 0;
    for (std::size_t r = 0; r < logits_.rows(); ++r) {
      correct += static_cast<std::uint32_t>(predicted[r]) == labels_[r] ? 1U : 0U;
    }
    return correct;
  }

  /// After losses().
  void gradient(float divisor, MatrixView<float> diff) {
    for (std::size_t c = 0; c < logits_.columns(); ++c) {
      for (std::size_t r = 0; r < logits_.rows(); r += hn::Lanes(d_)) {
        float* column = columns_ + c * kSoftmaxRows + r;
        V difference = hn::Div(hn::LoadU(d_, column), hn::LoadU(d_, sums_ + r));
        if constexpr (kTargets) {
          difference = hn::Sub(hn::Mul(hn::LoadU(d_, totals_ + r), difference), target(c, r));
          difference = hn::Mul(hn::LoadU(d_, weights_ + r), difference);
        }
        hn::StoreU(difference, d_, column);
      }
    }
    for (std::size_t r = 0; !kTargets && r < logits_.rows(); ++r) {
      columns_[labels_[r] * kSoftmaxRows + r] -= 1.0F;
    }
    const V divisors = hn::Set(d_, divisor);
    for (std::size_t i = 0; i < logits_.columns() * kSoftmaxRows; i += hn::Lanes(d_)) {
      hn::StoreU(hn::Div(hn::LoadU(d_, columns_ + i), divisors), d_, columns_ + i);
    }
    for (std::size_t r = 0; r < logits_.rows(); ++r) {
      for (std::size_t c = 0; c < logits_.columns(); ++c) {
        diff(r, c) = columns_[c * kSoftmaxRows + r];
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
  std::span<const std::uint32_t> labels_;
  float* columns_;  ///< (classes, kSoftmaxRows)
  float sums_[kSoftmaxRows] = {};
  // Of the rows' targets, if there are any.
  static constexpr std::size_t kTargetRows = kTargets ? kSoftmaxRows : 1;
  const float* other_ = nullptr;
  std::int32_t label_classes_[kTargetRows] = {};
  float label_targets_[kTargetRows] = {};
  float totals_[kTargetRows] = {};
  float weights_[kTargetRows] = {};
};

template <bool kTargets>
std::size_t cross_entropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float divisor,
                          MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch,
                          const ClassTargets* targets) {
  std::size_t correct = 0;
  for (std::size_t first = 0; first < logits.rows(); first += kSoftmaxRows) {
    const std::size_t count = std::min(kSoftmaxRows, logits.rows() - first);
    SoftmaxRows<kTargets> rows(logits.rows(first, count), labels.subspan(first, count), scratch, targets);
    float losses[kSoftmaxRows];
    correct += rows.losses(losses);
    std::copy_n(losses, count, row_losses.begin() + static_cast<std::ptrdiff_t>(first));
    if (diff_logits.rows() != 0) {
      rows.gradient(divisor, diff_logits.rows(first, count));
    }
  }
  return correct;
}

std::size_t SoftmaxCrossEntropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float divisor,
                                MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch,
                                const ClassTargets* targets) {
  return targets == nullptr ? cross_entropy<false>(logits, labels, divisor, diff_logits, row_losses, scratch, nullptr)
                            : cross_entropy<true>(logits, labels, divisor, diff_logits, row_losses, scratch, targets);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

HWY_EXPORT(SoftmaxCrossEntropy);

std::size_t softmax_scratch_size(std::size_t classes) { return classes * kSoftmaxRows; }

std::size_t softmax_cross_entropy(MatrixView<const float> logits, std::span<const std::uint32_t> labels, float divisor,
                                  MatrixView<float> diff_logits, std::span<float> row_losses, std::span<float> scratch,
                                  const ClassTargets* targets) {
  assert(labels.size() == logits.rows() && row_losses.size() == logits.rows());
  assert(scratch.size() >= softmax_scratch_size(logits.columns()));
  return HWY_DYNAMIC_DISPATCH(SoftmaxCrossEntropy)(logits, labels, divisor, diff_logits, row_losses, scratch, targets);
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
