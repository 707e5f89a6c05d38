// The formula of every optimizer of the registry in double, and texts of each for tests that loop over them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "optim/optimizer.h"
#include "tests/oracle/reference.h"

namespace strata::test {

using kernels::reference::OptimizedElement;

/// Update t of one element for the gradient g at the rate lr, without weight decay.
using Oracle = void (*)(const OptimizerSpec&, Convention, OptimizedElement&, double g, double lr, std::uint64_t t);

inline void freeze_oracle(const OptimizerSpec&, Convention, OptimizedElement&, double, double, std::uint64_t) {}

inline void sgd_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                       std::uint64_t t) {
  const double momentum = spec.value("momentum");
  const bool nesterov = spec.value("nesterov") != 0;
  if (momentum == 0) {
    kernels::reference::sgd(x, g, lr);
  } else if (convention == Convention::keras) {
    kernels::reference::sgd_momentum_keras(x, g, lr, momentum, nesterov);
  } else {
    kernels::reference::sgd_momentum_torch(x, g, lr, momentum, nesterov, t);
  }
}

inline void rmsprop_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                           std::uint64_t) {
  const auto rule =
      convention == Convention::keras ? kernels::reference::rmsprop_keras : kernels::reference::rmsprop_torch;
  rule(x, g, lr, {spec.value("rho"), spec.value("momentum"), spec.value("epsilon"), spec.value("centered") != 0});
}

inline void adagrad_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                           std::uint64_t t) {
  const auto rule =
      convention == Convention::keras ? kernels::reference::adagrad_keras : kernels::reference::adagrad_torch;
  rule(x, g, lr, spec.value("initial_accumulator_value"), spec.value("epsilon"), t);
}

inline void adadelta_oracle(const OptimizerSpec& spec, Convention, OptimizedElement& x, double g, double lr,
                            std::uint64_t) {
  kernels::reference::adadelta(x, g, lr, spec.value("rho"), spec.value("epsilon"));
}

inline void adam_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                        std::uint64_t t) {
  const auto rule = convention == Convention::keras ? kernels::reference::adam_keras : kernels::reference::adam_torch;
  rule(x, g, lr, {spec.value("beta1"), spec.value("beta2"), spec.value("epsilon"), spec.value("amsgrad") != 0}, t);
}

inline void adamax_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                          std::uint64_t t) {
  const auto rule =
      convention == Convention::keras ? kernels::reference::adamax_keras : kernels::reference::adamax_torch;
  rule(x, g, lr, {spec.value("beta1"), spec.value("beta2"), spec.value("epsilon")}, t);
}

inline void nadam_oracle(const OptimizerSpec& spec, Convention, OptimizedElement& x, double g, double lr,
                         std::uint64_t t) {
  kernels::reference::nadam(x, g, lr, {spec.value("beta1"), spec.value("beta2"), spec.value("epsilon")},
                            spec.value("momentum_decay"), t);
}

inline void lion_oracle(const OptimizerSpec& spec, Convention, OptimizedElement& x, double g, double lr,
                        std::uint64_t) {
  kernels::reference::lion(x, g, lr, spec.value("beta1"), spec.value("beta2"));
}

/// Null for an optimizer that has no oracle yet.
inline Oracle find_oracle(std::string_view name) {
  static const std::map<std::string_view, Oracle> oracles{
      {"freeze", freeze_oracle},     {"sgd", sgd_oracle},   {"rmsprop", rmsprop_oracle}, {"adagrad", adagrad_oracle},
      {"adadelta", adadelta_oracle}, {"adam", adam_oracle}, {"adamw", adam_oracle},      {"adamax", adamax_oracle},
      {"nadam", nadam_oracle},       {"lion", lion_oracle},
  };
  const auto found = oracles.find(name);
  return found == oracles.end() ? nullptr : found->second;
}

/// Update t of one element with its weight decay.
inline void apply_oracle(const OptimizerSpec& spec, Convention convention, OptimizedElement& x, double g, double lr,
                         std::uint64_t t) {
  const auto decay = spec.values.find("weight_decay");
  if (decay != spec.values.end()) {
    const bool decoupled = convention == Convention::keras || spec.name() == "adamw" || spec.name() == "lion";
    if (decoupled) {
      x.w -= x.w * decay->second * lr;
    } else {
      g += decay->second * x.w;
    }
  }
  find_oracle(spec.name())(spec, convention, x, g, lr, t);
}

/// Every rule that the optimizers can come to, with and without weight decay.
inline const std::vector<std::string>& optimizer_cases() {
  static const std::vector<std::string> cases{
      "freeze",
      "sgd",
      "sgd,lr=0",
      "sgd,weight_decay=0.05",
      "sgd,momentum=0.9",
      "sgd,lr=0.1,momentum=0.5",
      "sgd,momentum=1",
      "sgd,momentum=0.9,weight_decay=0.02",
      "sgd,momentum=0.9,nesterov=true",
      "sgd,momentum=0.9,nesterov=true,weight_decay=0.02",
      "rmsprop",
      "rmsprop,rho=0.5,epsilon=0.001",
      "rmsprop,weight_decay=0.03",
      "rmsprop,momentum=0.8",
      "rmsprop,centered=true",
      "rmsprop,centered=true,rho=0.95",
      "rmsprop,centered=true,momentum=0.8",
      "rmsprop,centered=true,momentum=0.8,weight_decay=0.02",
      "adagrad",
      "adagrad,lr=0.05,initial_accumulator_value=0.01",
      "adagrad,weight_decay=0.02",
      "adadelta",
      "adadelta,lr=1,rho=0.99",
      "adadelta,weight_decay=0.02",
      "adam",
      "adam,lr=0.01",
      "adam,beta1=0.5,beta2=0.9",
      "adam,epsilon=0.001",
      "adam,beta1=0",
      "adam,beta2=0.5,epsilon=0.1",
      "adam,weight_decay=0.03",
      "adam,amsgrad=true",
      "adam,amsgrad=true,beta2=0.9,weight_decay=0.02",
      "adamw",
      "adamw,weight_decay=0.1",
      "adamw,amsgrad=true,beta2=0.9",
      "adamax",
      "adamax,beta2=0.9,weight_decay=0.02",
      "nadam",
      "nadam,momentum_decay=0.05,beta1=0.99",
      "nadam,momentum_decay=0",
      "nadam,weight_decay=0.02",
      "lion",
      "lion,weight_decay=0.1",
      "lion,beta1=0.5,beta2=0.5",
  };
  return cases;
}

}  // namespace strata::test
