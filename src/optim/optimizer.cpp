#include "optim/optimizer.h"

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/nearest.h"
#include "kernels/elementary.h"

namespace strata {

namespace {

using kernels::OptimizerUpdate;
using kernels::UpdateRule;
using Type = OptimizerKey::Type;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

OptimizerKey learning_rate(double keras_default, double torch_default) {
  return {"lr", Type::number, keras_default, torch_default, 0, kInfinity, false, true, "learning rate"};
}

OptimizerKey decay_rate(std::string_view name, double value, std::string_view help) {
  return {name, Type::number, value, value, 0, 1, false, true, help};
}

OptimizerKey boolean(std::string_view name, std::string_view help) {
  return {name, Type::boolean, 0, 0, 0, 1, false, false, help};
}

std::size_t sgd_slots(const OptimizerSpec& spec) { return spec.value("momentum") > 0 ? 1 : 0; }

OptimizerUpdate sgd_update(const OptimizerSpec& spec, Convention convention, std::uint64_t, double lr) {
  OptimizerUpdate update;
  const bool keras = convention == Convention::keras;
  const bool nesterov = spec.value("nesterov") != 0;
  if (sgd_slots(spec) == 0) {
    update.rule = UpdateRule::sgd;
  } else if (nesterov) {
    update.rule = keras ? UpdateRule::nesterov_keras : UpdateRule::nesterov_torch;
  } else {
    update.rule = keras ? UpdateRule::sgd_keras : UpdateRule::sgd_torch;
  }
  update.rate = static_cast<float>(lr);
  update.momentum = static_cast<float>(spec.value("momentum"));
  return update;
}

std::size_t two_slots(const OptimizerSpec&) { return 2; }

/// Keras takes the powers of beta, and the rate from them, in fp32: 6e-6 from the formula at the first step.
float keras_adam_rate(double beta1, double beta2, std::uint64_t t, double lr) {
  const auto fp32_power = [t](double beta) {
    return static_cast<float>(kernels::power(static_cast<double>(static_cast<float>(beta)), t));
  };
  return static_cast<float>(lr) * std::sqrt(1.0F - fp32_power(beta2)) / (1.0F - fp32_power(beta1));
}

OptimizerUpdate adam_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr) {
  const double beta1 = spec.value("beta1");
  const double beta2 = spec.value("beta2");
  OptimizerUpdate update;
  update.rule = UpdateRule::adam;
  update.one_minus_beta1 = static_cast<float>(1.0 - beta1);
  update.one_minus_beta2 = static_cast<float>(1.0 - beta2);
  if (convention == Convention::keras) {
    update.rate = keras_adam_rate(beta1, beta2, t, lr);
    update.epsilon = static_cast<float>(spec.value("epsilon"));
  } else {
    // PyTorch adds epsilon to sqrt(v / (1 - beta2^t)) instead of sqrt(v).
    const double root2 = std::sqrt(1.0 - kernels::power(beta2, t));
    update.rate = static_cast<float>(lr * root2 / (1.0 - kernels::power(beta1, t)));
    update.epsilon = static_cast<float>(spec.value("epsilon") * root2);
  }
  return update;
}

std::size_t no_slots(const OptimizerSpec&) { return 0; }

OptimizerUpdate no_update(const OptimizerSpec&, Convention, std::uint64_t, double) { return {}; }

const std::vector<OptimizerEntry>& registry() {
  static const std::vector<OptimizerEntry> entries{
      {"freeze", "the layers keep their weights", {}, no_slots, no_update},
      {"sgd",
       "stochastic gradient descent, with momentum if asked for",
       {learning_rate(0.01, 1e-3),
        {"momentum", Type::number, 0, 0, 0, 1, false, false, "momentum; 0 for none"},
        boolean("nesterov", "Nesterov's form of momentum")},
       sgd_slots,
       sgd_update},
      {"adam",
       "Adam (Kingma & Ba 2014)",
       {learning_rate(1e-3, 1e-3),
        decay_rate("beta1", 0.9, "decay of the mean of gradients"),
        decay_rate("beta2", 0.999, "decay of the mean of squared gradients"),
        {"epsilon", Type::number, 1e-7, 1e-8, 0, kInfinity, true, true, "added to the root of the second moment"}},
       two_slots,
       adam_update},
  };
  return entries;
}

}  // namespace

std::span<const OptimizerEntry> optimizer_registry() { return registry(); }

const OptimizerEntry& find_optimizer(std::string_view name) {
  std::vector<std::string_view> names;
  for (const OptimizerEntry& entry : registry()) {
    if (entry.name == name) {
      return entry;
    }
    names.push_back(entry.name);
  }
  throw usage_error("no optimizer is called '{}'; did you mean {}? Known are {}", name, nearest_name(name, names),
                    join_names(names));
}

bool is_frozen(const OptimizerSpec& spec) { return spec.name == "freeze"; }

double base_learning_rate(const OptimizerSpec& spec) { return is_frozen(spec) ? 0 : spec.value("lr"); }

}  // namespace strata
