#include "optim/update_scalars.h"

#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "kernels/elementary.h"

namespace strata {

namespace {

using kernels::OptimizerUpdate;
using kernels::UpdateRule;
using kernels::WeightDecay;

/// The values of some keys, which are in alphabetical order, as the spec's are: read in one pass, because to find them
/// one by one takes a twentieth of a small network's step.
template <std::size_t n>
std::array<double, n> values_of(const OptimizerSpec& spec, const std::array<std::string_view, n>& keys) {
  std::array<double, n> values{};
  std::size_t next = 0;
  for (auto entry = spec.values.begin(); next < n && entry != spec.values.end(); ++entry) {
    if (entry->first == keys[next]) {
      values[next++] = entry->second;
    }
  }
  assert(next == n);
  return values;
}

WeightDecay by_convention(Convention convention) {
  return convention == Convention::keras ? WeightDecay::decoupled : WeightDecay::coupled;
}

/// The rule with the optimizer's weight decay.
OptimizerUpdate decayed(UpdateRule rule, const OptimizerSpec& spec, WeightDecay kind, double lr) {
  OptimizerUpdate update;
  update.rule = rule;
  if (const double coefficient = spec.value("weight_decay"); coefficient > 0) {
    update.weight_decay = kind;
    update.decay = static_cast<float>(kind == WeightDecay::decoupled ? lr * coefficient : coefficient);
    update.decay_bias = spec.value("decay_bias") != 0;
  }
  return update;
}

/// beta^t as Keras takes it, in fp32 from beta rounded to fp32.
float fp32_power(double beta, std::uint64_t t) {
  return static_cast<float>(kernels::power(static_cast<double>(static_cast<float>(beta)), t));
}

/// Keras takes the powers of beta, and the rate from them, in fp32: 6e-6 from the formula at the first step.
float keras_adam_rate(double beta1, double beta2, std::uint64_t t, double lr) {
  return static_cast<float>(lr) * std::sqrt(1.0F - fp32_power(beta2, t)) / (1.0F - fp32_power(beta1, t));
}

OptimizerUpdate adam_scalars(const OptimizerSpec& spec, Convention convention, WeightDecay decay, std::uint64_t t,
                             double lr) {
  const auto [amsgrad, beta1, beta2, epsilon] =
      values_of(spec, std::array<std::string_view, 4>{"amsgrad", "beta1", "beta2", "epsilon"});
  OptimizerUpdate update = decayed(amsgrad != 0 ? UpdateRule::amsgrad : UpdateRule::adam, spec, decay, lr);
  update.one_minus_beta1 = static_cast<float>(1.0 - beta1);
  update.one_minus_beta2 = static_cast<float>(1.0 - beta2);
  if (convention == Convention::keras) {
    update.rate = keras_adam_rate(beta1, beta2, t, lr);
    update.epsilon = static_cast<float>(epsilon);
  } else {
    // PyTorch adds epsilon to sqrt(v / (1 - beta2^t)) instead of sqrt(v).
    const double root2 = std::sqrt(1.0 - kernels::power(beta2, t));
    update.rate = static_cast<float>(lr * root2 / (1.0 - kernels::power(beta1, t)));
    update.epsilon = static_cast<float>(epsilon * root2);
  }
  return update;
}

UpdateRule rmsprop_rule(bool keras, bool centered, bool momentum) {
  if (keras) {
    return centered ? (momentum ? UpdateRule::rmsprop_keras_centered_momentum : UpdateRule::rmsprop_keras_centered)
                    : (momentum ? UpdateRule::rmsprop_keras_momentum : UpdateRule::rmsprop_keras);
  }
  return centered ? (momentum ? UpdateRule::rmsprop_torch_centered_momentum : UpdateRule::rmsprop_torch_centered)
                  : (momentum ? UpdateRule::rmsprop_torch_momentum : UpdateRule::rmsprop_torch);
}

/// 1 + x + … + x^(n - 1), by halves: nothing cancels, whatever x is near 1.
double geometric_sum(double x, std::uint64_t n) {
  double sum = 0;
  double start = 1;       // x^(terms so far)
  double block = 1;       // 1 + … + x^(2^k - 1)
  double power_of_x = x;  // x^(2^k)
  for (; n != 0; n >>= 1U) {
    if ((n & 1U) != 0) {
      sum += start * block;
      start *= power_of_x;
    }
    block *= 1 + power_of_x;
    power_of_x *= power_of_x;
  }
  return sum;
}

/// Nadam's momentum mu_t = beta1 (1 - 0.96^(t d) / 2).
class NadamMomentum {
 public:
  NadamMomentum(double beta1, double momentum_decay) : beta1_(beta1), log_q_(momentum_decay * kernels::log(0.96)) {}

  double at(std::uint64_t t) const { return beta1_ * (1.0 - 0.5 * kernels::exp(log_q_ * static_cast<double>(t))); }

  /// mu_1 … mu_t: with q = 0.96^d, ln (1 - q^i / 2) = -sum of (q^i / 2)^k / k over k, added over i first.
  double product(std::uint64_t t) const {
    constexpr int kTerms = 55;
    const double q = kernels::exp(log_q_);
    double sum = 0;
    double qk = 1;
    double half = 1;
    for (int k = 1; k <= kTerms; ++k) {
      qk *= q;
      half *= 0.5;
      sum += half / k * (qk * geometric_sum(qk, t));
    }
    return kernels::power(beta1_, t) * kernels::exp(-sum);
  }

 private:
  double beta1_;
  double log_q_;
};

}  // namespace

OptimizerUpdate no_update(const OptimizerSpec&, Convention, std::uint64_t, double) { return {}; }

OptimizerUpdate sgd_update(const OptimizerSpec& spec, Convention convention, std::uint64_t, double lr) {
  const bool keras = convention == Convention::keras;
  const auto [momentum, nesterov] = values_of(spec, std::array<std::string_view, 2>{"momentum", "nesterov"});
  UpdateRule rule = UpdateRule::sgd;
  if (nesterov != 0) {
    rule = keras ? UpdateRule::nesterov_keras : UpdateRule::nesterov_torch;
  } else if (momentum > 0) {
    rule = keras ? UpdateRule::sgd_keras : UpdateRule::sgd_torch;
  }
  OptimizerUpdate update = decayed(rule, spec, by_convention(convention), lr);
  update.rate = static_cast<float>(lr);
  update.momentum = static_cast<float>(momentum);
  return update;
}

OptimizerUpdate rmsprop_update(const OptimizerSpec& spec, Convention convention, std::uint64_t, double lr) {
  const UpdateRule rule =
      rmsprop_rule(convention == Convention::keras, spec.value("centered") != 0, spec.value("momentum") > 0);
  OptimizerUpdate update = decayed(rule, spec, by_convention(convention), lr);
  update.rate = static_cast<float>(lr);
  update.momentum = static_cast<float>(spec.value("momentum"));
  update.one_minus_beta2 = static_cast<float>(1.0 - spec.value("rho"));
  update.epsilon = static_cast<float>(spec.value("epsilon"));
  return update;
}

OptimizerUpdate adagrad_update(const OptimizerSpec& spec, Convention convention, std::uint64_t, double lr) {
  const UpdateRule rule = convention == Convention::keras ? UpdateRule::adagrad_keras : UpdateRule::adagrad_torch;
  OptimizerUpdate update = decayed(rule, spec, by_convention(convention), lr);
  update.rate = static_cast<float>(lr);
  update.epsilon = static_cast<float>(spec.value("epsilon"));
  return update;
}

OptimizerUpdate adadelta_update(const OptimizerSpec& spec, Convention convention, std::uint64_t, double lr) {
  OptimizerUpdate update = decayed(UpdateRule::adadelta, spec, by_convention(convention), lr);
  update.rate = static_cast<float>(lr);
  update.one_minus_beta2 = static_cast<float>(1.0 - spec.value("rho"));
  update.epsilon = static_cast<float>(spec.value("epsilon"));
  return update;
}

OptimizerUpdate adam_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr) {
  return adam_scalars(spec, convention, by_convention(convention), t, lr);
}

OptimizerUpdate adamw_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr) {
  return adam_scalars(spec, convention, WeightDecay::decoupled, t, lr);
}

OptimizerUpdate adamax_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr) {
  const double beta1 = spec.value("beta1");
  const UpdateRule rule = convention == Convention::keras ? UpdateRule::adamax_keras : UpdateRule::adamax_torch;
  OptimizerUpdate update = decayed(rule, spec, by_convention(convention), lr);
  update.rate = static_cast<float>(lr / (1.0 - kernels::power(beta1, t)));
  update.one_minus_beta1 = static_cast<float>(1.0 - beta1);
  update.beta2 = static_cast<float>(spec.value("beta2"));
  update.epsilon = static_cast<float>(spec.value("epsilon"));
  return update;
}

OptimizerUpdate nadam_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr) {
  const double beta1 = spec.value("beta1");
  const double beta2 = spec.value("beta2");
  OptimizerUpdate update = decayed(UpdateRule::nadam, spec, by_convention(convention), lr);
  double one_minus_power2 = 1.0 - kernels::power(beta2, t);
  update.one_minus_beta1 = static_cast<float>(1.0 - beta1);
  update.one_minus_beta2 = static_cast<float>(1.0 - beta2);
  if (convention == Convention::keras) {  // which takes both in fp32: each is 1e-5 from the formula, not their ratio
    one_minus_power2 = static_cast<double>(1.0F - fp32_power(beta2, t));
    update.one_minus_beta2 = 1.0F - static_cast<float>(beta2);
  }
  const NadamMomentum momentum(beta1, spec.value("momentum_decay"));
  const double product = momentum.product(t);
  const double next = momentum.at(t + 1);
  const double root2 = std::sqrt(one_minus_power2);
  update.mean_factor = static_cast<float>(next / (1.0 - product * next));
  update.gradient_factor = static_cast<float>((1.0 - momentum.at(t)) / (1.0 - product));
  update.rate = static_cast<float>(lr * root2);
  update.epsilon = static_cast<float>(spec.value("epsilon") * root2);
  return update;
}

OptimizerUpdate lion_update(const OptimizerSpec& spec, Convention, std::uint64_t, double lr) {
  OptimizerUpdate update = decayed(UpdateRule::lion, spec, WeightDecay::decoupled, lr);
  update.rate = static_cast<float>(lr);
  update.one_minus_beta1 = static_cast<float>(1.0 - spec.value("beta1"));
  update.one_minus_beta2 = static_cast<float>(1.0 - spec.value("beta2"));
  return update;
}

}  // namespace strata
