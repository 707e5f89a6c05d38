#include "optim/update_scalars.h"

#include <cmath>
#include <cstdint>

#include "kernels/elementary.h"

namespace strata {

namespace {

using kernels::OptimizerUpdate;
using kernels::UpdateRule;
using kernels::WeightDecay;

WeightDecay by_convention(Convention convention) {
  return convention == Convention::keras ? WeightDecay::decoupled : WeightDecay::coupled;
}

/// An optimizer's update, but for what depends on the step and on the rate.
struct Constants {
  OptimizerUpdate update;
  double decay = 0;  ///< the coefficient

  Constants(UpdateRule rule, const OptimizerSpec& spec, WeightDecay kind) : decay(spec.value("weight_decay")) {
    update.rule = rule;
    if (decay > 0) {
      update.weight_decay = kind;
      update.decay = static_cast<float>(decay);
      update.decay_bias = spec.value("decay_bias") != 0;
    }
  }

  OptimizerUpdate at(double lr) const {
    OptimizerUpdate now = update;
    now.rate = static_cast<float>(lr);
    if (now.weight_decay == WeightDecay::decoupled) {
      now.decay = static_cast<float>(lr * decay);
    }
    return now;
  }
};

/// 1 - beta^t. Keras takes it in fp32 from beta rounded to fp32: 6e-6 from the formula at the first step.
class BiasCorrection {
 public:
  BiasCorrection(double beta, Convention convention)
      : keras_(convention == Convention::keras),
        powers_(keras_ ? static_cast<double>(static_cast<float>(beta)) : beta) {}

  double at(std::uint64_t t) const {
    return keras_ ? static_cast<double>(1.0F - static_cast<float>(powers_(t))) : 1.0 - powers_(t);
  }

 private:
  bool keras_;
  kernels::Powers powers_;
};

Updates adam_with(WeightDecay kind, const OptimizerSpec& spec, Convention convention) {
  Constants constants(spec.value("amsgrad") != 0 ? UpdateRule::amsgrad : UpdateRule::adam, spec, kind);
  const double epsilon = spec.value("epsilon");
  constants.update.one_minus_beta1 = static_cast<float>(1.0 - spec.value("beta1"));
  constants.update.one_minus_beta2 = static_cast<float>(1.0 - spec.value("beta2"));
  constants.update.epsilon = static_cast<float>(epsilon);
  const BiasCorrection mean(spec.value("beta1"), convention);
  const BiasCorrection square(spec.value("beta2"), convention);
  if (convention == Convention::keras) {
    return [=](std::uint64_t t, double lr) {  // the rate, too, in fp32
      OptimizerUpdate update = constants.at(lr);
      update.rate =
          static_cast<float>(lr) * std::sqrt(static_cast<float>(square.at(t))) / static_cast<float>(mean.at(t));
      return update;
    };
  }
  return [=](std::uint64_t t, double lr) {
    OptimizerUpdate update = constants.at(lr);
    // PyTorch adds epsilon to sqrt(v / (1 - beta2^t)) instead of sqrt(v).
    const double root2 = std::sqrt(square.at(t));
    update.rate = static_cast<float>(lr * root2 / mean.at(t));
    update.epsilon = static_cast<float>(epsilon * root2);
    return update;
  };
}

/// Of an optimizer whose steps are alike.
Updates alike(const Constants& constants) {
  return [constants](std::uint64_t, double lr) { return constants.at(lr); };
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
  NadamMomentum(double beta1, double momentum_decay)
      : beta1_(beta1), powers_(beta1), log_q_(momentum_decay * kernels::log(0.96)) {}

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
    return powers_(t) * kernels::exp(-sum);
  }

 private:
  double beta1_;
  kernels::Powers powers_;  ///< of beta1
  double log_q_;
};

}  // namespace

Updates no_updates(const OptimizerSpec&, Convention) {
  return [](std::uint64_t, double) { return OptimizerUpdate(); };
}

Updates sgd_updates(const OptimizerSpec& spec, Convention convention) {
  const bool keras = convention == Convention::keras;
  const double momentum = spec.value("momentum");
  UpdateRule rule = UpdateRule::sgd;
  if (spec.value("nesterov") != 0) {
    rule = keras ? UpdateRule::nesterov_keras : UpdateRule::nesterov_torch;
  } else if (momentum > 0) {
    rule = keras ? UpdateRule::sgd_keras : UpdateRule::sgd_torch;
  }
  Constants constants(rule, spec, by_convention(convention));
  constants.update.momentum = static_cast<float>(momentum);
  return alike(constants);
}

Updates rmsprop_updates(const OptimizerSpec& spec, Convention convention) {
  const double momentum = spec.value("momentum");
  Constants constants(rmsprop_rule(convention == Convention::keras, spec.value("centered") != 0, momentum > 0), spec,
                      by_convention(convention));
  constants.update.momentum = static_cast<float>(momentum);
  constants.update.one_minus_beta2 = static_cast<float>(1.0 - spec.value("rho"));
  constants.update.epsilon = static_cast<float>(spec.value("epsilon"));
  return alike(constants);
}

Updates adagrad_updates(const OptimizerSpec& spec, Convention convention) {
  const UpdateRule rule = convention == Convention::keras ? UpdateRule::adagrad_keras : UpdateRule::adagrad_torch;
  Constants constants(rule, spec, by_convention(convention));
  constants.update.epsilon = static_cast<float>(spec.value("epsilon"));
  return alike(constants);
}

Updates adadelta_updates(const OptimizerSpec& spec, Convention convention) {
  Constants constants(UpdateRule::adadelta, spec, by_convention(convention));
  constants.update.one_minus_beta2 = static_cast<float>(1.0 - spec.value("rho"));
  constants.update.epsilon = static_cast<float>(spec.value("epsilon"));
  return alike(constants);
}

Updates adam_updates(const OptimizerSpec& spec, Convention convention) {
  return adam_with(by_convention(convention), spec, convention);
}

Updates adamw_updates(const OptimizerSpec& spec, Convention convention) {
  return adam_with(WeightDecay::decoupled, spec, convention);
}

Updates adamax_updates(const OptimizerSpec& spec, Convention convention) {
  const UpdateRule rule = convention == Convention::keras ? UpdateRule::adamax_keras : UpdateRule::adamax_torch;
  Constants constants(rule, spec, by_convention(convention));
  constants.update.one_minus_beta1 = static_cast<float>(1.0 - spec.value("beta1"));
  constants.update.beta2 = static_cast<float>(spec.value("beta2"));
  constants.update.epsilon = static_cast<float>(spec.value("epsilon"));
  const kernels::Powers powers(spec.value("beta1"));
  return [=](std::uint64_t t, double lr) {
    OptimizerUpdate update = constants.at(lr);
    update.rate = static_cast<float>(lr / (1.0 - powers(t)));
    return update;
  };
}

Updates nadam_updates(const OptimizerSpec& spec, Convention convention) {
  const double beta1 = spec.value("beta1");
  const double beta2 = spec.value("beta2");
  const double epsilon = spec.value("epsilon");
  // Keras takes these in fp32: each is 1e-5 from the formula, not their ratio.
  const bool keras = convention == Convention::keras;
  Constants constants(UpdateRule::nadam, spec, by_convention(convention));
  constants.update.one_minus_beta1 = static_cast<float>(1.0 - beta1);
  constants.update.one_minus_beta2 = keras ? 1.0F - static_cast<float>(beta2) : static_cast<float>(1.0 - beta2);
  const BiasCorrection square(beta2, convention);
  const NadamMomentum momentum(beta1, spec.value("momentum_decay"));
  return [=](std::uint64_t t, double lr) {
    OptimizerUpdate update = constants.at(lr);
    const double product = momentum.product(t);
    const double next = momentum.at(t + 1);
    const double root2 = std::sqrt(square.at(t));
    update.mean_factor = static_cast<float>(next / (1.0 - product * next));
    update.gradient_factor = static_cast<float>((1.0 - momentum.at(t)) / (1.0 - product));
    update.rate = static_cast<float>(lr * root2);
    update.epsilon = static_cast<float>(epsilon * root2);
    return update;
  };
}

Updates lion_updates(const OptimizerSpec& spec, Convention) {
  Constants constants(UpdateRule::lion, spec, WeightDecay::decoupled);
  constants.update.one_minus_beta1 = static_cast<float>(1.0 - spec.value("beta1"));
  constants.update.one_minus_beta2 = static_cast<float>(1.0 - spec.value("beta2"));
  return alike(constants);
}

}  // namespace strata
