// The activations and their derivatives over vectors, on our own elementary functions.

// Per-target include guard.
#if defined(STRATA_KERNELS_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STRATA_KERNELS_ACTIVATION_INL_H_
#undef STRATA_KERNELS_ACTIVATION_INL_H_
#else
#define STRATA_KERNELS_ACTIVATION_INL_H_
#endif

#include <hwy/highway.h>

#include <utility>

#include "kernels/activation.h"
#include "kernels/elementary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

/// y = value(z); the derivative at z is a function of y, or of z where kActivations says so.
template <ActivationKind kind>
struct ActivationRule;

template <>
struct ActivationRule<ActivationKind::elu> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float alpha, V z) {
    return IfThenElse(Gt(z, Set(d, 0.0F)), z, Mul(Set(d, alpha), expm1(d, z)));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float alpha, V y) {
    return IfThenElse(Gt(y, Set(d, 0.0F)), Set(d, 1.0F), Add(y, Set(d, alpha)));
  }
};

template <>
struct ActivationRule<ActivationKind::relu> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float, V z) {
    return IfThenElse(Gt(z, Set(d, 0.0F)), z, IfThenElse(IsNaN(z), z, Set(d, 0.0F)));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float, V y) {
    return IfThenElse(Gt(y, Set(d, 0.0F)), Set(d, 1.0F), Set(d, 0.0F));
  }
};

template <>
struct ActivationRule<ActivationKind::leaky_relu> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float alpha, V z) {
    return IfThenElse(Gt(z, Set(d, 0.0F)), z, Mul(Set(d, alpha), z));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float alpha, V y) {
    return IfThenElse(Gt(y, Set(d, 0.0F)), Set(d, 1.0F), Set(d, alpha));
  }
};

template <>
struct ActivationRule<ActivationKind::selu> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float, V z) {
    const V below = Mul(Set(d, kSeluAlpha), expm1(d, z));
    return Mul(Set(d, kSeluScale), IfThenElse(Gt(z, Set(d, 0.0F)), z, below));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float, V y) {
    return IfThenElse(Gt(y, Set(d, 0.0F)), Set(d, kSeluScale), Add(y, Set(d, kSeluScale * kSeluAlpha)));
  }
};

template <>
struct ActivationRule<ActivationKind::gelu> {
  /// The normal distribution function.
  template <class D, class V>
  static HWY_INLINE V phi(D d, V z) {
    return Mul(Set(d, 0.5F), Add(Set(d, 1.0F), erf(d, Mul(z, Set(d, 0.70710678F)))));
  }
  template <class D, class V>
  static HWY_INLINE V value(D d, float, V z) {
    return Mul(z, phi(d, z));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float, V z) {
    const V density = Mul(Set(d, 0.39894228F), exp(d, Mul(Set(d, -0.5F), Mul(z, z))));
    return MulAdd(z, density, phi(d, z));
  }
};

template <>
struct ActivationRule<ActivationKind::swish> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float, V z) {
    return Mul(z, sigmoid(d, z));
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float, V z) {
    const V s = sigmoid(d, z);
    return Mul(s, MulAdd(z, Sub(Set(d, 1.0F), s), Set(d, 1.0F)));
  }
};

template <>
struct ActivationRule<ActivationKind::tanh> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float, V z) {
    return HWY_NAMESPACE::tanh(d, z);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float, V y) {
    return NegMulAdd(y, y, Set(d, 1.0F));
  }
};

template <>
struct ActivationRule<ActivationKind::sigmoid> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float, V z) {
    return HWY_NAMESPACE::sigmoid(d, z);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float, V y) {
    return Mul(y, Sub(Set(d, 1.0F), y));
  }
};

template <>
struct ActivationRule<ActivationKind::softplus> {
  template <class D, class V>
  static HWY_INLINE V value(D d, float, V z) {
    return HWY_NAMESPACE::softplus(d, z);
  }
  template <class D, class V>
  static HWY_INLINE V derivative(D d, float, V y) {
    return Neg(expm1(d, Neg(y)));
  }
};

/// visitor(ActivationRule<known>()), which linear has none of, if that is the kind. Returns whether it is.
template <ActivationKind known, class Visitor>
HWY_INLINE bool visit_if(ActivationKind kind, Visitor& visitor) {
  if constexpr (known != ActivationKind::linear) {
    if (kind == known) {
      visitor(ActivationRule<known>());
    }
  }
  return kind == known;
}

template <std::size_t... n, class Visitor>
HWY_INLINE void visit_one_of(std::index_sequence<n...>, ActivationKind kind, Visitor& visitor) {
  static_cast<void>((visit_if<kActivations[n].kind>(kind, visitor) || ...));
}

/// visitor(ActivationRule<kind>()); nothing for linear.
template <class Visitor>
HWY_INLINE void visit_activation(ActivationKind kind, Visitor&& visitor) {
  visit_one_of(std::make_index_sequence<kActivations.size()>(), kind, visitor);
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
