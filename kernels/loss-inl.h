// The losses that add up over outputs: one rule each, of an output z and its target y (docs/numerics.md).

// Per-target include guard.
#if defined(STRATA_KERNELS_LOSS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_LOSS_INL_H_
#undef STRATA_KERNELS_LOSS_INL_H_
#else
#define STRATA_KERNELS_LOSS_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/elementary-inl.h"
#include "kernels/output_loss.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// Of an output: its loss, its quick figure, and the loss' derivative.
template <class V>
struct LossTerms {
  V loss;
  V figure;
  V gradient;
};

/// What the rules of numbers share: e, and as quick figure its size in the target's own units.
template <class Rule>
struct NumberRule {
  template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
  static HWY_INLINE LossTerms<V> terms(D d, const OutputLoss&, const OutputLoss::Constants& of_output, V z, V y) {
    const V e = Sub(z, y);
    const V size = Abs(e);
    return {Rule::loss(d, of_output, e, size), Mul(size, Set(d, of_output.unit)),
            Rule::gradient(d, of_output, e, size)};
  }
};

template <LossKind kind>
struct LossRule;

template <>
struct LossRule<LossKind::mse> : NumberRule<LossRule<LossKind::mse>> {
  template <class D, class V>
  static HWY_INLINE V loss(D, const OutputLoss::Constants&, V e, V) {
    return Mul(e, e);
  }
  template <class D, class V>
  static HWY_INLINE V gradient(D, const OutputLoss::Constants&, V e, V) {
    return Add(e, e);
  }
};

template <>
struct LossRule<LossKind::mae> : NumberRule<LossRule<LossKind::mae>> {
  template <class D, class V>
  static HWY_INLINE V loss(D, const OutputLoss::Constants&, V, V size) {
    return size;
  }
  template <class D, class V>
  static HWY_INLINE V gradient(D d, const OutputLoss::Constants&, V e, V) {
    return IfThenElse(Eq(e, Set(d, 0.0F)), e, CopySign(Set(d, 1.0F), e));
  }
};

/// first: delta, second: delta^2 / 2.
template <>
struct LossRule<LossKind::huber> : NumberRule<LossRule<LossKind::huber>> {
  template <class D, class V>
  static HWY_INLINE V loss(D d, const OutputLoss::Constants& of_output, V e, V size) {
    const V delta = Set(d, of_output.first);
    const V beyond = Sub(Mul(delta, size), Set(d, of_output.second));
    return IfThenElse(Le(size, delta), Mul(Set(d, 0.5F), Mul(e, e)), beyond);
  }
  template <class D, class V>
  static HWY_INLINE V gradient(D d, const OutputLoss::Constants& of_output, V e, V size) {
    const V delta = Set(d, of_output.first);
    return IfThenElse(Le(size, delta), e, CopySign(delta, e));
  }
};

/// first: q, second: 1 - q.
template <>
struct LossRule<LossKind::quantile> : NumberRule<LossRule<LossKind::quantile>> {
  template <class D, class V>
  static HWY_INLINE V loss(D d, const OutputLoss::Constants& of_output, V e, V size) {
    return Mul(slope(d, of_output, e), size);
  }
  template <class D, class V>
  static HWY_INLINE V gradient(D d, const OutputLoss::Constants& of_output, V e, V) {
    return IfThenElse(Eq(e, Set(d, 0.0F)), e, CopySign(slope(d, of_output, e), e));
  }
  template <class D, class V>
  static HWY_INLINE V slope(D d, const OutputLoss::Constants& of_output, V e) {
    return IfThenElse(Lt(e, Set(d, 0.0F)), Set(d, of_output.first), Set(d, of_output.second));
  }
};

template <>
struct LossRule<LossKind::binary_cross_entropy> {
  template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
  static HWY_INLINE LossTerms<V> terms(D d, const OutputLoss& loss, const OutputLoss::Constants&, V z, V y) {
    const V one = Set(d, 1.0F);
    const V zero = Set(d, 0.0F);
    const V p = sigmoid(d, z);
    const auto yes = Gt(y, Set(d, 0.5F));
    const V target = IfThenElse(yes, Set(d, loss.yes), Set(d, loss.no));
    const V right = IfThenElse(Gt(p, Set(d, loss.threshold)), IfThenElse(yes, one, zero), IfThenElse(yes, zero, one));
    const V margin = Sub(Max(z, zero), Mul(z, target));
    return {Add(margin, log1p_of_fraction(d, exp(d, Neg(Abs(z))))), right, Sub(p, target)};
  }
};

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
