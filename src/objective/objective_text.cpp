// The text of an objective: name[,key=value…].

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "core/error.h"
#include "core/field.h"
#include "core/nearest.h"
#include "core/number.h"
#include "objective/objective.h"

namespace strata {

namespace {

const ObjectiveEntry& find_entry(std::string_view name, std::string_view option) {
  const auto registry = objective_registry();
  const auto entry = std::ranges::find(registry, name, &ObjectiveEntry::name);
  if (entry == registry.end()) {
    std::vector<std::string_view> names;
    std::ranges::transform(registry, std::back_inserter(names), &ObjectiveEntry::name);
    throw usage_error("{}: unknown loss '{}'; did you mean {}? Known: {}", option, name, nearest_name(name, names),
                      join_names(names));
  }
  return *entry;
}

/// Above 0 and finite, as the kernels take it: in fp32.
double parse_delta(std::string_view text, std::string_view option) {
  const auto value = parse_number<double>(text);
  constexpr double kLargest = 1e30;
  constexpr double kSmallest = 1e-30;
  if (!value || !(*value >= kSmallest && *value <= kLargest)) {
    throw usage_error("{}: delta={} is not a number in [1e-30, 1e+30]", option, text);
  }
  return *value;
}

double parse_quantile(std::string_view text, std::string_view option) {
  const auto value = parse_number<double>(text);
  constexpr double kMargin = 1e-6;  // in fp32 neither 0 nor 1
  if (!value || !(*value >= kMargin && *value <= 1 - kMargin)) {
    throw usage_error("{}: q={} is not a number in [1e-06, 0.999999]", option, text);
  }
  return *value;
}

std::vector<double> parse_quantiles(std::string_view text, std::string_view option) {
  std::vector<double> quantiles;
  for (std::size_t colon = 0; colon != std::string_view::npos;) {
    colon = text.find(':');
    quantiles.push_back(parse_quantile(text.substr(0, colon), option));
    text = colon == std::string_view::npos ? text : text.substr(colon + 1);
  }
  if (std::ranges::adjacent_find(quantiles, std::greater_equal<>()) != quantiles.end()) {
    throw usage_error("{}: the values of q must ascend, as in q=0.1:0.5:0.9", option);
  }
  return quantiles;
}

void set(Objective& objective, const KeyValue& setting, std::string_view option) {
  if (setting.key == "delta") {
    objective.delta = parse_delta(setting.value, option);
  } else {
    objective.quantiles = parse_quantiles(setting.value, option);
  }
}

}  // namespace

Objective parse_objective(std::string_view text, std::string_view option) {
  const ObjectiveEntry& entry = find_entry(name_of_text(text), option);
  Objective objective{.kind = entry.kind};
  for (const KeyValue& setting : parse_key_values(text, option, "huber,delta=1")) {
    if (entry.keys.empty()) {
      throw usage_error("{}: {} takes no keys, but got '{}'", option, entry.name, setting.key);
    }
    if (std::ranges::find(entry.keys, setting.key) == entry.keys.end()) {
      throw usage_error("{}: {} has no key '{}'; it knows {}", option, entry.name, setting.key, join_names(entry.keys));
    }
    set(objective, setting, option);
  }
  return objective;
}

std::string to_string(const Objective& objective) {
  std::string text(objective_name(objective.kind));
  for (const std::string_view key : entry_of(objective.kind).keys) {
    text += key == "delta" ? fmt::format(",delta={}", objective.delta)
                           : fmt::format(",q={}", fmt::join(objective.quantiles, ":"));
  }
  return text;
}

}  // namespace strata
