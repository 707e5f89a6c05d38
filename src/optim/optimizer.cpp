#include "optim/optimizer.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

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

std::vector<std::string_view> key_names(const OptimizerEntry& entry) {
  std::vector<std::string_view> names;
  for (const OptimizerKey& key : entry.keys) {
    names.push_back(key.name);
  }
  return names;
}

std::string range(const OptimizerKey& key) {
  return fmt::format("{}{}, {}{}", key.open_minimum ? '(' : '[', key.minimum, key.maximum,
                     key.open_maximum ? ')' : ']');
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

double parse_value(const OptimizerKey& key, std::string_view text, std::string_view option) {
  if (key.type == Type::boolean) {
    if (text != "true" && text != "false") {
      throw usage_error("{}: {}={} is neither true nor false", option, key.name, text);
    }
    return text == "true" ? 1 : 0;
  }
  const auto value = parse_number(text);
  // As the update takes it: in fp32, denormals as zero.
  float rounded = value ? static_cast<float>(*value) : 0.0F;
  rounded = std::fabs(rounded) < std::numeric_limits<float>::min() ? 0.0F : rounded;
  const bool in_range = value && (key.open_minimum ? rounded > key.minimum : *value >= key.minimum) &&
                        (key.open_maximum ? rounded < key.maximum : *value <= key.maximum);
  if (!in_range) {
    throw usage_error("{}: {}={} is not a number in {}", option, key.name, text, range(key));
  }
  return *value;
}

const OptimizerKey& find_key(const OptimizerEntry& entry, std::string_view name, std::string_view option) {
  for (const OptimizerKey& key : entry.keys) {
    if (key.name == name) {
      return key;
    }
  }
  const auto names = key_names(entry);
  if (names.empty()) {
    throw usage_error("{}: {} takes no keys, but got '{}'", option, entry.name, name);
  }
  throw usage_error("{}: {} has no key '{}'; did you mean {}? It knows {}", option, entry.name, name,
                    nearest_name(name, names), join_names(names));
}

void reject_contradictions(const OptimizerSpec& spec, std::string_view option) {
  if (spec.name == "sgd" && spec.value("nesterov") != 0 && spec.value("momentum") == 0) {
    throw usage_error("{}: nesterov=true needs a momentum above 0, e.g. momentum=0.9", option);
  }
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

OptimizerSpec parse_optimizer(std::string_view text, Convention convention, std::string_view option) {
  const auto next_part = [&text]() {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    return std::pair(part, comma != std::string_view::npos);
  };
  auto [name, more] = next_part();
  const OptimizerEntry* entry = nullptr;
  try {
    entry = &find_optimizer(name);
  } catch (const Error& error) {
    throw usage_error("{}: {}", option, error.what());
  }

  OptimizerSpec spec{std::string(name), {}};
  while (more) {
    std::string_view part;
    std::tie(part, more) = next_part();
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      throw usage_error("{}: '{}' is not of the form key=value, as in sgd,lr=0.01,momentum=0.9", option, part);
    }
    const OptimizerKey& key = find_key(*entry, part.substr(0, equals), option);
    const double value = parse_value(key, part.substr(equals + 1), option);
    if (!spec.values.emplace(key.name, value).second) {
      throw usage_error("{}: {} is given twice", option, key.name);
    }
  }
  for (const OptimizerKey& key : entry->keys) {
    spec.values.emplace(key.name, key.default_for(convention));
  }
  reject_contradictions(spec, option);
  return spec;
}

std::string to_string(const OptimizerSpec& spec) {
  std::string text = spec.name;
  for (const OptimizerKey& key : find_optimizer(spec.name).keys) {
    const double value = spec.value(key.name);
    text += key.type == Type::boolean ? fmt::format(",{}={}", key.name, value != 0)
                                      : fmt::format(",{}={}", key.name, value);
  }
  return text;
}

bool is_frozen(const OptimizerSpec& spec) { return spec.name == "freeze"; }

double base_learning_rate(const OptimizerSpec& spec) { return is_frozen(spec) ? 0 : spec.value("lr"); }

}  // namespace strata
