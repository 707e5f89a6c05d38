// The text of an optimizer: name[,key=value…].

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/nearest.h"
#include "core/number.h"
#include "optim/optimizer.h"

namespace strata {

namespace {

using Type = OptimizerKey::Type;

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

double parse_value(const OptimizerKey& key, std::string_view text, std::string_view option) {
  if (key.type == Type::boolean) {
    if (text != "true" && text != "false") {
      throw usage_error("{}: {}={} is neither true nor false", option, key.name, text);
    }
    return text == "true" ? 1 : 0;
  }
  const auto value = parse_number<double>(text);
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

}  // namespace strata
