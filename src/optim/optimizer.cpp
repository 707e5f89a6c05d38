#include "optim/optimizer.h"

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "core/nearest.h"
#include "optim/update_scalars.h"

namespace strata {

namespace {

using Type = OptimizerKey::Type;
using State = std::vector<StateSlot>;

// ---- keys that several optimizers have ----

OptimizerKey learning_rate(double keras_default, double torch_default) {
  return {"lr", Type::number, keras_default, torch_default, 0, kNoMaximum, false, true, "learning rate"};
}

OptimizerKey decay_rate(std::string_view name, double keras_default, double torch_default, std::string_view help) {
  return {name, Type::number, keras_default, torch_default, 0, 1, false, true, help};
}

OptimizerKey beta1(std::string_view help = "decay of the mean of gradients") {
  return decay_rate("beta1", 0.9, 0.9, help);
}

OptimizerKey beta2() { return decay_rate("beta2", 0.999, 0.999, "decay of the mean of squared gradients"); }

OptimizerKey momentum() { return {"momentum", Type::number, 0, 0, 0, 1, false, false, "momentum; 0 for none"}; }

OptimizerKey epsilon(double keras_default, double torch_default, std::string_view help) {
  return {"epsilon", Type::number, keras_default, torch_default, 0, kNoMaximum, true, true, help};
}

OptimizerKey boolean(std::string_view name, std::string_view help) {
  return {name, Type::boolean, 0, 0, 0, 1, false, false, help};
}

OptimizerKey amsgrad() { return boolean("amsgrad", "the largest second moment so far in the second moment's place"); }

OptimizerKey decoupled_decay(double keras_default, double torch_default) {
  return {"weight_decay",
          Type::number,
          keras_default,
          torch_default,
          0,
          kNoMaximum,
          false,
          true,
          "decoupled weight decay: lr times this is the share of every weight and bias that goes before the update"};
}

OptimizerKey weight_decay() {
  return {"weight_decay",
          Type::number,
          0,
          0,
          0,
          kNoMaximum,
          false,
          true,
          "keras: decoupled weight decay, lr times this is the share of every weight and bias that goes before the "
          "update; torch: L2 penalty, weight or bias times this is added to the gradient"};
}

OptimizerKey decay_bias() {
  return {"decay_bias", Type::boolean, 1, 1, 0, 1, false, false, "whether weight_decay takes biases as well", true};
}

constexpr std::string_view kBesideRoot = "added to the root of the second moment";
constexpr std::string_view kInOrBesideRoot = "added to the mean square within the root (keras) or to the root (torch)";

// ---- state ----

State no_state(const OptimizerSpec&) { return {}; }

State sgd_state(const OptimizerSpec& spec) { return spec.value("momentum") > 0 ? State{{"momentum"}} : State{}; }

State rmsprop_state(const OptimizerSpec& spec) {
  State state{{"mean_square"}};
  if (spec.value("centered") != 0) {
    state.push_back({"mean_gradient"});
  }
  if (spec.value("momentum") > 0) {
    state.push_back({"momentum"});
  }
  return state;
}

State adagrad_state(const OptimizerSpec& spec) {
  return {{"sum_of_squares", static_cast<float>(spec.value("initial_accumulator_value"))}};
}

State adadelta_state(const OptimizerSpec&) { return {{"mean_square"}, {"mean_square_step"}}; }

State adam_state(const OptimizerSpec& spec) {
  State state{{"mean_gradient"}, {"mean_square"}};
  if (spec.value("amsgrad") != 0) {
    state.push_back({"largest_mean_square"});
  }
  return state;
}

State adamax_state(const OptimizerSpec&) { return {{"mean_gradient"}, {"largest_gradient"}}; }

State nadam_state(const OptimizerSpec&) { return {{"mean_gradient"}, {"mean_square"}}; }

State lion_state(const OptimizerSpec&) { return {{"mean_gradient"}}; }

// ---- the optimizers ----

const std::vector<OptimizerEntry>& optimizers() {
  static const std::vector<OptimizerEntry> entries{
      {"freeze", "the layers keep their weights", {}, no_state, no_updates},
      {"sgd",
       "stochastic gradient descent, with momentum if asked for",
       {learning_rate(0.01, 1e-3), momentum(), boolean("nesterov", "Nesterov's form of momentum"), weight_decay(),
        decay_bias()},
       sgd_state,
       sgd_updates},
      {"rmsprop",
       "RMSprop (Hinton 2012)",
       {learning_rate(1e-3, 1e-2), decay_rate("rho", 0.9, 0.99, "decay of the mean of squared gradients"), momentum(),
        epsilon(1e-7, 1e-8, kInOrBesideRoot),
        boolean("centered", "divide by the gradients' deviation instead of their mean square"), weight_decay(),
        decay_bias()},
       rmsprop_state,
       rmsprop_updates},
      {"adagrad",
       "Adagrad (Duchi et al. 2011)",
       {learning_rate(1e-3, 1e-2),
        {"initial_accumulator_value", Type::number, 0.1, 0, 0, kNoMaximum, false, true,
         "what the sum of squared gradients starts from"},
        epsilon(1e-7, 1e-10, "added to the sum of squares within the root (keras) or to the root (torch)"),
        weight_decay(),
        decay_bias()},
       adagrad_state,
       adagrad_updates},
      {"adadelta",
       "Adadelta (Zeiler 2012)",
       {learning_rate(1e-3, 1), decay_rate("rho", 0.95, 0.9, "decay of the means of squared gradients and steps"),
        epsilon(1e-7, 1e-6, "added to both mean squares within their roots"), weight_decay(), decay_bias()},
       adadelta_state,
       adadelta_updates},
      {"adam",
       "Adam (Kingma & Ba 2014)",
       {learning_rate(1e-3, 1e-3), beta1(), beta2(), epsilon(1e-7, 1e-8, kBesideRoot), amsgrad(), weight_decay(),
        decay_bias()},
       adam_state,
       adam_updates},
      {"adamw",
       "Adam with decoupled weight decay (Loshchilov & Hutter 2017)",
       {learning_rate(1e-3, 1e-3), beta1(), beta2(), epsilon(1e-7, 1e-8, kBesideRoot), amsgrad(),
        decoupled_decay(0.004, 0.01), decay_bias()},
       adam_state,
       adamw_updates},
      {"adamax",
       "Adamax, Adam by the largest gradient (Kingma & Ba 2014)",
       {learning_rate(1e-3, 2e-3), beta1(), decay_rate("beta2", 0.999, 0.999, "decay of the largest gradient so far"),
        epsilon(1e-7, 1e-8, "added to the largest gradient (keras) or to every gradient's size (torch)"),
        weight_decay(), decay_bias()},
       adamax_state,
       adamax_updates},
      {"nadam",
       "Adam with Nesterov momentum (Dozat 2016)",
       {learning_rate(1e-3, 2e-3),
        beta1(),
        beta2(),
        epsilon(1e-7, 1e-8, kBesideRoot),
        {"momentum_decay", Type::number, 1, 0.004, 0, kNoMaximum, false, true,
         "the momentum at step t is beta1 (1 - 0.96^(t momentum_decay) / 2)"},
        weight_decay(),
        decay_bias()},
       nadam_state,
       nadam_updates},
      {"lion",
       "Lion (Chen et al. 2023)",
       {learning_rate(1e-3, 1e-4), beta1("share of the mean of gradients in what gives a step its sign"),
        decay_rate("beta2", 0.99, 0.99, "decay of the mean of gradients"), decoupled_decay(0, 0), decay_bias()},
       lion_state,
       lion_updates},
  };
  return entries;
}

}  // namespace

std::span<const OptimizerEntry> optimizer_registry() { return optimizers(); }

const OptimizerEntry& find_optimizer(std::string_view name) {
  std::vector<std::string_view> names;
  for (const OptimizerEntry& entry : optimizers()) {
    if (entry.name == name) {
      return entry;
    }
    names.push_back(entry.name);
  }
  throw usage_error("no optimizer is called '{}'; did you mean {}? Known are {}", name, nearest_name(name, names),
                    join_names(names));
}

bool is_frozen(const OptimizerSpec& spec) { return spec.entry == &optimizers().front(); }

double base_learning_rate(const OptimizerSpec& spec) { return is_frozen(spec) ? 0 : spec.value("lr"); }

LearningRate::LearningRate(const OptimizerSpec& spec, std::uint64_t horizon)
    : lr_(base_learning_rate(spec)), scheduled_(spec.schedule, lr_, horizon), changes_(spec.rate_changes) {}

double LearningRate::at(std::uint64_t t, std::uint32_t cuts) const {
  const double rate = scheduled_.at(t, cuts);
  const auto later = std::ranges::upper_bound(changes_, t, {}, &RateChange::step);
  // In this order the rate is exactly the new one where the schedule's is lr.
  return later == changes_.begin() ? rate : std::prev(later)->lr * (rate / lr_);
}

}  // namespace strata
