// Every update rule, one element at a time: in float with std::fma the bits that vectors must give, in double the
// formula.
#pragma once

#include <array>
#include <cmath>

#include "kernels/optimizer_update.h"

namespace strata::test::scalar {

template <class Real>
struct Element {
  Real w = 0;
  std::array<Real, kernels::kMaxStateSlots> state{};
};

/// x moved to `sample` by `weight`.
template <class Real>
Real moved(Real x, Real sample, Real weight) {
  return std::fma(weight, sample - x, x);
}

/// RMSprop: state v, then a mean if centered, then the buffer.
template <class Real>
void rmsprop(const kernels::OptimizerUpdate& u, Real g, Element<Real>& x, bool keras, bool centered, bool momentum) {
  auto& [v, second, third] = x.state;
  const Real rate = u.rate;
  const Real epsilon = u.epsilon;
  v = moved<Real>(v, g * g, u.one_minus_beta2);
  Real square = v;
  if (centered) {
    second = moved<Real>(second, g, u.one_minus_beta2);
    square = v - second * second;
    square = square > 0 ? square : 0;
  }
  const Real root = keras ? std::sqrt(square + epsilon) : std::sqrt(square) + epsilon;
  Real& buffer = centered ? third : second;
  if (!momentum) {
    x.w = std::fma(-rate, g / root, x.w);
  } else if (keras) {
    buffer = u.momentum * buffer + rate * g / root;
    x.w = x.w - buffer;
  } else {
    buffer = u.momentum * buffer + g / root;
    x.w = std::fma(-rate, buffer, x.w);
  }
}

template <class Real>
void update(const kernels::OptimizerUpdate& u, Real gradient, Element<Real>& x) {
  using kernels::UpdateRule;
  Real g = u.gradient_scale * gradient;
  g = g > u.gradient_limit ? u.gradient_limit : g < -u.gradient_limit ? -u.gradient_limit : g;
  Real& a = x.state[0];
  Real& b = x.state[1];
  Real& c = x.state[2];
  const Real rate = u.rate;
  const Real momentum = u.momentum;
  const Real epsilon = u.epsilon;
  const Real decay = u.decay;
  if (u.weight_decay == kernels::WeightDecay::decoupled) {
    x.w = std::fma(-decay, x.w, x.w);
  } else if (u.weight_decay == kernels::WeightDecay::coupled) {
    g = g + decay * x.w;
  }
  const auto descend = [&](Real step) { x.w = std::fma(-rate, step, x.w); };
  const auto moments = [&] {
    a = moved<Real>(a, g, u.one_minus_beta1);
    b = moved<Real>(b, g * g, u.one_minus_beta2);
  };
  switch (u.rule) {
    case UpdateRule::none:
      return;
    case UpdateRule::sgd:
      return descend(g);
    case UpdateRule::sgd_keras:
      a = momentum * a - rate * g;
      x.w = x.w + a;
      return;
    case UpdateRule::nesterov_keras:
      a = momentum * a - rate * g;
      x.w = x.w + (momentum * a - rate * g);
      return;
    case UpdateRule::sgd_torch:
      a = momentum * a + g;
      return descend(a);
    case UpdateRule::nesterov_torch:
      a = momentum * a + g;
      return descend(g + momentum * a);
    case UpdateRule::adam:
      moments();
      return descend(a / (std::sqrt(b) + epsilon));
    case UpdateRule::amsgrad:
      moments();
      c = c > b ? c : b;
      return descend(a / (std::sqrt(c) + epsilon));
    case UpdateRule::nadam:
      moments();
      return descend((u.mean_factor * a + u.gradient_factor * g) / (std::sqrt(b) + epsilon));
    case UpdateRule::adamax_keras:
      a = moved<Real>(a, g, u.one_minus_beta1);
      b = std::fmax(u.beta2 * b, std::fabs(g));
      return descend(a / (b + epsilon));
    case UpdateRule::adamax_torch:
      a = moved<Real>(a, g, u.one_minus_beta1);
      b = std::fmax(u.beta2 * b, std::fabs(g) + epsilon);
      return descend(a / b);
    case UpdateRule::rmsprop_keras:
      return rmsprop(u, g, x, true, false, false);
    case UpdateRule::rmsprop_keras_momentum:
      return rmsprop(u, g, x, true, false, true);
    case UpdateRule::rmsprop_keras_centered:
      return rmsprop(u, g, x, true, true, false);
    case UpdateRule::rmsprop_keras_centered_momentum:
      return rmsprop(u, g, x, true, true, true);
    case UpdateRule::rmsprop_torch:
      return rmsprop(u, g, x, false, false, false);
    case UpdateRule::rmsprop_torch_momentum:
      return rmsprop(u, g, x, false, false, true);
    case UpdateRule::rmsprop_torch_centered:
      return rmsprop(u, g, x, false, true, false);
    case UpdateRule::rmsprop_torch_centered_momentum:
      return rmsprop(u, g, x, false, true, true);
    case UpdateRule::adagrad_keras:
      a = a + g * g;
      return descend(g / std::sqrt(a + epsilon));
    case UpdateRule::adagrad_torch:
      a = a + g * g;
      return descend(g / (std::sqrt(a) + epsilon));
    case UpdateRule::adadelta: {
      a = moved<Real>(a, g * g, u.one_minus_beta2);
      const Real step = std::sqrt(b + epsilon) / std::sqrt(a + epsilon) * g;
      b = moved<Real>(b, step * step, u.one_minus_beta2);
      return descend(step);
    }
    case UpdateRule::lion: {
      const Real direction = moved<Real>(a, g, u.one_minus_beta1);
      descend(direction == 0 ? direction : std::copysign(Real{1}, direction));
      a = moved<Real>(a, g, u.one_minus_beta2);
      return;
    }
  }
}

/// How many state slots a rule may touch.
inline std::size_t state_slots(kernels::UpdateRule rule) {
  using kernels::UpdateRule;
  switch (rule) {
    case UpdateRule::none:
    case UpdateRule::sgd:
      return 0;
    case UpdateRule::sgd_keras:
    case UpdateRule::nesterov_keras:
    case UpdateRule::sgd_torch:
    case UpdateRule::nesterov_torch:
    case UpdateRule::rmsprop_keras:
    case UpdateRule::rmsprop_torch:
    case UpdateRule::adagrad_keras:
    case UpdateRule::adagrad_torch:
    case UpdateRule::lion:
      return 1;
    case UpdateRule::amsgrad:
    case UpdateRule::rmsprop_keras_centered_momentum:
    case UpdateRule::rmsprop_torch_centered_momentum:
      return 3;
    default:
      return 2;
  }
}

}  // namespace strata::test::scalar
