// The optimizers' update rules over vectors, for whoever holds elements in registers or spans.
// Order of operations: docs/numerics.md.

// Per-target include guard.
#if defined(STRATA_KERNELS_OPTIMIZER_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_OPTIMIZER_UPDATE_INL_H_
#undef STRATA_KERNELS_OPTIMIZER_UPDATE_INL_H_
#else
#define STRATA_KERNELS_OPTIMIZER_UPDATE_INL_H_
#endif

#include <hwy/highway.h>

#include "kernels/optimizer_update.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// The gradient as a rule is given it: scaled, then cut. What is not a number stays so.
template <class D, class V>
HWY_INLINE V clipped(D d, const OptimizerUpdate& u, V g) {
  const V limit = Set(d, u.gradient_limit);
  g = Mul(Set(d, u.gradient_scale), g);
  return IfThenElse(Gt(g, limit), limit, IfThenElse(Lt(g, Neg(limit)), Neg(limit), g));
}

/// One rule's arithmetic on vectors: w the weights, g the gradient, a and b the state slots (unused ones untouched).
template <UpdateRule rule>
struct Rule;

template <>
struct Rule<UpdateRule::sgd> {
  static constexpr std::size_t kSlots = 0;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V&, V&) {
    w = NegMulAdd(Set(d, u.rate), g, w);
  }
};

template <>
struct Rule<UpdateRule::sgd_keras> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& velocity, V&) {
    velocity = Sub(Mul(Set(d, u.momentum), velocity), Mul(Set(d, u.rate), g));
    w = Add(w, velocity);
  }
};

template <>
struct Rule<UpdateRule::nesterov_keras> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& velocity, V&) {
    const V step = Mul(Set(d, u.rate), g);
    velocity = Sub(Mul(Set(d, u.momentum), velocity), step);
    w = Add(w, Sub(Mul(Set(d, u.momentum), velocity), step));
  }
};

template <>
struct Rule<UpdateRule::sgd_torch> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& buffer, V&) {
    buffer = Add(Mul(Set(d, u.momentum), buffer), g);
    w = NegMulAdd(Set(d, u.rate), buffer, w);
  }
};

template <>
struct Rule<UpdateRule::nesterov_torch> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& buffer, V&) {
    buffer = Add(Mul(Set(d, u.momentum), buffer), g);
    w = NegMulAdd(Set(d, u.rate), Add(g, Mul(Set(d, u.momentum), buffer)), w);
  }
};

template <>
struct Rule<UpdateRule::adam> {
  static constexpr std::size_t kSlots = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& m, V& v) {
    m = MulAdd(Set(d, u.one_minus_beta1), Sub(g, m), m);
    v = MulAdd(Set(d, u.one_minus_beta2), Sub(Mul(g, g), v), v);
    const V step = Div(m, Add(Sqrt(v), Set(d, u.epsilon)));
    w = NegMulAdd(Set(d, u.rate), step, w);
  }
};

/// Calls visitor.template operator()<rule>() for the update's rule; nothing for `none`.
template <class Visitor>
HWY_INLINE void visit_rule(UpdateRule rule, Visitor&& visitor) {
  switch (rule) {
    case UpdateRule::none:
      return;
    case UpdateRule::sgd:
      return visitor(Rule<UpdateRule::sgd>());
    case UpdateRule::sgd_keras:
      return visitor(Rule<UpdateRule::sgd_keras>());
    case UpdateRule::nesterov_keras:
      return visitor(Rule<UpdateRule::nesterov_keras>());
    case UpdateRule::sgd_torch:
      return visitor(Rule<UpdateRule::sgd_torch>());
    case UpdateRule::nesterov_torch:
      return visitor(Rule<UpdateRule::nesterov_torch>());
    case UpdateRule::adam:
      return visitor(Rule<UpdateRule::adam>());
  }
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
