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

#include <cassert>
#include <utility>

#include "kernels/optimizer_update.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// The root of each lane, to the same bits as Sqrt. With AVX-512 an optimizer's root and division, which one unit
/// computes, take 20 cycles for 16 weights: the root is taken off it, by an estimate of 14 bits, one Newton step for
/// root and reciprocal at once, and the exact remainder (P. Markstein, IA-64 and Elementary Functions, 2000, chapter
/// 9). Where that remainder could not be exact (0, tiny, huge, not a number), the CPU's root is used.
template <class D, class V>
HWY_INLINE V square_root(D d, V x) {
  constexpr bool kHasEstimate = HWY_TARGET <= HWY_AVX3 && MaxLanes(D()) == 16;  // shorter vectors have 11 bits
  if (kHasEstimate && HWY_LIKELY(AllTrue(d, And(Ge(x, Set(d, 0x1p-100F)), Le(x, Set(d, 0x1p100F)))))) {
    const V half = Set(d, 0.5F);
    const V estimate = ApproximateReciprocalSqrt(x);
    const V root = Mul(x, estimate);
    const V half_reciprocal = Mul(half, estimate);
    const V error = NegMulAdd(root, half_reciprocal, half);
    const V better = MulAdd(root, error, root);
    return MulAdd(NegMulAdd(better, better, x), MulAdd(half_reciprocal, error, half_reciprocal), better);
  }
  return Sqrt(x);
}

/// The gradient as a rule is given it: scaled, then cut. What is not a number stays so.
template <class D, class V>
HWY_INLINE V clipped(D d, const OptimizerUpdate& u, V g) {
  const V limit = Set(d, u.gradient_limit);
  g = Mul(Set(d, u.gradient_scale), g);
  return IfThenElse(Gt(g, limit), limit, IfThenElse(Lt(g, Neg(limit)), Neg(limit), g));
}

/// x moved to `sample` by `weight`: one more sample of an exponential mean.
template <class D, class V>
HWY_INLINE V moved(D d, V x, V sample, float weight) {
  return MulAdd(Set(d, weight), Sub(sample, x), x);
}

/// w -= rate step, rounded once.
template <class D, class V>
HWY_INLINE void descend(D d, const OptimizerUpdate& u, V step, V& w) {
  w = NegMulAdd(Set(d, u.rate), step, w);
}

/// One rule's arithmetic on vectors: w the weights, g the gradient, then the state slots (unused ones untouched).
template <UpdateRule rule>
struct Rule;

template <>
struct Rule<UpdateRule::sgd> {
  static constexpr std::size_t kSlots = 0;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V&, V&, V&) {
    descend(d, u, g, w);
  }
};

template <>
struct Rule<UpdateRule::sgd_keras> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& velocity, V&, V&) {
    velocity = Sub(Mul(Set(d, u.momentum), velocity), Mul(Set(d, u.rate), g));
    w = Add(w, velocity);
  }
};

template <>
struct Rule<UpdateRule::nesterov_keras> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& velocity, V&, V&) {
    const V step = Mul(Set(d, u.rate), g);
    velocity = Sub(Mul(Set(d, u.momentum), velocity), step);
    w = Add(w, Sub(Mul(Set(d, u.momentum), velocity), step));
  }
};

template <>
struct Rule<UpdateRule::sgd_torch> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& buffer, V&, V&) {
    buffer = Add(Mul(Set(d, u.momentum), buffer), g);
    descend(d, u, buffer, w);
  }
};

template <>
struct Rule<UpdateRule::nesterov_torch> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& buffer, V&, V&) {
    buffer = Add(Mul(Set(d, u.momentum), buffer), g);
    descend(d, u, Add(g, Mul(Set(d, u.momentum), buffer)), w);
  }
};

template <>
struct Rule<UpdateRule::adam> {
  static constexpr std::size_t kSlots = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& m, V& v, V&) {
    m = moved(d, m, g, u.one_minus_beta1);
    v = moved(d, v, Mul(g, g), u.one_minus_beta2);
    descend(d, u, Div(m, Add(square_root(d, v), Set(d, u.epsilon))), w);
  }
};

template <>
struct Rule<UpdateRule::amsgrad> {
  static constexpr std::size_t kSlots = 3;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& m, V& v, V& largest) {
    m = moved(d, m, g, u.one_minus_beta1);
    v = moved(d, v, Mul(g, g), u.one_minus_beta2);
    largest = Max(largest, v);
    descend(d, u, Div(m, Add(square_root(d, largest), Set(d, u.epsilon))), w);
  }
};

template <>
struct Rule<UpdateRule::nadam> {
  static constexpr std::size_t kSlots = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& m, V& v, V&) {
    m = moved(d, m, g, u.one_minus_beta1);
    v = moved(d, v, Mul(g, g), u.one_minus_beta2);
    const V ahead = Add(Mul(Set(d, u.mean_factor), m), Mul(Set(d, u.gradient_factor), g));
    descend(d, u, Div(ahead, Add(square_root(d, v), Set(d, u.epsilon))), w);
  }
};

template <>
struct Rule<UpdateRule::adamax_keras> {
  static constexpr std::size_t kSlots = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& m, V& largest, V&) {
    m = moved(d, m, g, u.one_minus_beta1);
    largest = Max(Mul(Set(d, u.beta2), largest), Abs(g));
    descend(d, u, Div(m, Add(largest, Set(d, u.epsilon))), w);
  }
};

template <>
struct Rule<UpdateRule::adamax_torch> {
  static constexpr std::size_t kSlots = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& m, V& largest, V&) {
    m = moved(d, m, g, u.one_minus_beta1);
    largest = Max(Mul(Set(d, u.beta2), largest), Add(Abs(g), Set(d, u.epsilon)));
    descend(d, u, Div(m, largest), w);
  }
};

/// Whose epsilon: within the root (Keras) or beside it (PyTorch).
enum class EpsilonAt { within_root, beside_root };

template <EpsilonAt epsilon_at, class D, class V>
HWY_INLINE V root(D d, const OptimizerUpdate& u, V square) {
  const V epsilon = Set(d, u.epsilon);
  if constexpr (epsilon_at == EpsilonAt::within_root) {
    return square_root(d, Add(square, epsilon));
  } else {
    return Add(square_root(d, square), epsilon);
  }
}

/// State: v, then the mean of gradients if centered, then the buffer if there is momentum, which holds the rate where
/// epsilon stands within the root (Keras).
template <EpsilonAt epsilon_at, bool centered, bool momentum>
struct Rmsprop {
  static constexpr std::size_t kSlots = 1 + (centered ? 1 : 0) + (momentum ? 1 : 0);
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& v, V& second, V& third) {
    v = moved(d, v, Mul(g, g), u.one_minus_beta2);
    V square = v;
    if constexpr (centered) {
      second = moved(d, second, g, u.one_minus_beta2);
      square = Max(Sub(v, Mul(second, second)), Zero(d));
    }
    const V scale = root<epsilon_at>(d, u, square);
    V& buffer = centered ? third : second;
    if constexpr (!momentum) {
      descend(d, u, Div(g, scale), w);
    } else if constexpr (epsilon_at == EpsilonAt::within_root) {
      buffer = Add(Mul(Set(d, u.momentum), buffer), Div(Mul(Set(d, u.rate), g), scale));
      w = Sub(w, buffer);
    } else {
      buffer = Add(Mul(Set(d, u.momentum), buffer), Div(g, scale));
      descend(d, u, buffer, w);
    }
  }
};

template <>
struct Rule<UpdateRule::rmsprop_keras> : Rmsprop<EpsilonAt::within_root, false, false> {};
template <>
struct Rule<UpdateRule::rmsprop_keras_momentum> : Rmsprop<EpsilonAt::within_root, false, true> {};
template <>
struct Rule<UpdateRule::rmsprop_keras_centered> : Rmsprop<EpsilonAt::within_root, true, false> {};
template <>
struct Rule<UpdateRule::rmsprop_keras_centered_momentum> : Rmsprop<EpsilonAt::within_root, true, true> {};
template <>
struct Rule<UpdateRule::rmsprop_torch> : Rmsprop<EpsilonAt::beside_root, false, false> {};
template <>
struct Rule<UpdateRule::rmsprop_torch_momentum> : Rmsprop<EpsilonAt::beside_root, false, true> {};
template <>
struct Rule<UpdateRule::rmsprop_torch_centered> : Rmsprop<EpsilonAt::beside_root, true, false> {};
template <>
struct Rule<UpdateRule::rmsprop_torch_centered_momentum> : Rmsprop<EpsilonAt::beside_root, true, true> {};

template <EpsilonAt epsilon_at>
struct Adagrad {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& sum, V&, V&) {
    sum = Add(sum, Mul(g, g));
    descend(d, u, Div(g, root<epsilon_at>(d, u, sum)), w);
  }
};

template <>
struct Rule<UpdateRule::adagrad_keras> : Adagrad<EpsilonAt::within_root> {};
template <>
struct Rule<UpdateRule::adagrad_torch> : Adagrad<EpsilonAt::beside_root> {};

template <>
struct Rule<UpdateRule::adadelta> {
  static constexpr std::size_t kSlots = 2;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& v, V& square_of_steps, V&) {
    v = moved(d, v, Mul(g, g), u.one_minus_beta2);
    const V epsilon = Set(d, u.epsilon);
    const V step = Mul(Div(square_root(d, Add(square_of_steps, epsilon)), square_root(d, Add(v, epsilon))), g);
    square_of_steps = moved(d, square_of_steps, Mul(step, step), u.one_minus_beta2);
    descend(d, u, step, w);
  }
};

template <>
struct Rule<UpdateRule::lion> {
  static constexpr std::size_t kSlots = 1;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const OptimizerUpdate& u, V g, V& w, V& m, V&, V&) {
    const V c = moved(d, m, g, u.one_minus_beta1);
    // 0 and NaN stay what they are.
    const V sign = IfThenElse(Gt(Abs(c), Zero(d)), CopySign(Set(d, 1.0F), c), c);
    descend(d, u, sign, w);
    m = moved(d, m, g, u.one_minus_beta2);
  }
};

/// Weight decay, which comes after clipping and before the rule.
template <class D, class V>
HWY_INLINE void decay_weights(D d, const OptimizerUpdate& u, V& g, V& w) {
  if (u.weight_decay == WeightDecay::decoupled) {
    w = NegMulAdd(Set(d, u.decay), w, w);
  } else if (u.weight_decay == WeightDecay::coupled) {
    g = Add(g, Mul(Set(d, u.decay), w));
  }
}

/// visitor(Rule<known>()) if that is the rule. Returns whether it is.
template <UpdateRule known, class Visitor>
HWY_INLINE bool visit_if(UpdateRule rule, Visitor& visitor) {
  if (rule != known) {
    return false;
  }
  visitor(Rule<known>());
  return true;
}

/// Among the rules that follow `none`.
template <std::size_t... n, class Visitor>
HWY_INLINE bool visit_one_of(std::index_sequence<n...>, UpdateRule rule, Visitor& visitor) {
  return (visit_if<static_cast<UpdateRule>(n + 1)>(rule, visitor) || ...);
}

/// Calls visitor(Rule<rule>()) for the update's rule; nothing for `none`.
template <class Visitor>
HWY_INLINE void visit_rule(UpdateRule rule, Visitor&& visitor) {
  constexpr auto kRules = static_cast<std::size_t>(kLastRule);
  [[maybe_unused]] const bool known = visit_one_of(std::make_index_sequence<kRules>(), rule, visitor);
  assert(known || rule == UpdateRule::none);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
