#include "data/class_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "core/number.h"

namespace strata {

namespace {

/// Whole numbers below this differ as doubles.
constexpr double kLargestLabel = 9007199254740992.0;

std::optional<double> label_value(std::string_view label) {
  if (label.starts_with('+') && !label.starts_with("+-")) {
    label.remove_prefix(1);
  }
  const std::optional<double> value = parse_number<double>(label);
  return value && std::fabs(*value) < kLargestLabel ? value : std::nullopt;
}

bool is_numeric(const std::vector<std::string>& labels) { return std::ranges::all_of(labels, is_number_label); }

/// The shortest text that reads back as `value`; one for both zeros.
std::string value_text(double value) {
  return value == std::trunc(value) ? std::to_string(static_cast<long long>(value)) : fmt::format("{}", value);
}

bool is_shortest(const std::string& label) {
  const std::optional<double> value = label_value(label);
  return value && value_text(*value) == label;
}

}  // namespace

NameIndex::NameIndex(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    add(name);
  }
}

std::optional<std::uint32_t> NameIndex::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::uint32_t NameIndex::add(std::string_view name) {
  const auto number = static_cast<std::uint32_t>(names_.size());
  numbers_.emplace(name, number);
  names_.emplace_back(name);
  return number;
}

bool is_number_label(std::string_view label) { return label_value(label).has_value(); }

bool is_plain_whole(std::string_view label) {
  const std::string_view digits = label.substr(label.starts_with('-') ? 1 : 0);
  const bool all_digits = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  return !digits.empty() && all_digits && (digits.front() != '0' || label == "0");
}

std::vector<std::string> order_classes(const std::vector<std::string>& labels, LabelType type) {
  const bool by_value = type == LabelType::automatic ? is_numeric(labels) : std::ranges::all_of(labels, is_shortest);
  if (!by_value) {
    const std::set<std::string> names(labels.begin(), labels.end());
    return {names.begin(), names.end()};
  }
  std::set<double> values;
  for (const std::string& label : labels) {
    values.insert(*label_value(label));
  }
  std::vector<std::string> names;
  std::ranges::transform(values, std::back_inserter(names), value_text);
  return names;
}

ClassIndex::ClassIndex(const std::vector<std::string>& names, LabelType type)
    : index_(names), numeric_(type == LabelType::automatic && is_numeric(names)) {}

std::optional<std::uint32_t> ClassIndex::find(std::string_view label) const {
  const std::optional<std::uint32_t> number = index_.find(label);
  if (number || !numeric_) {
    return number;
  }
  const std::optional<double> value = label_value(label);
  return value ? index_.find(value_text(*value)) : std::nullopt;
}

std::vector<RespelledClass> respelled_classes(const ClassIndex& classes, const std::vector<std::string>& labels) {
  std::map<std::uint32_t, std::set<std::string>> spellings;
  for (const std::string& label : labels) {
    spellings[*classes.find(label)].insert(label);
  }
  std::vector<RespelledClass> respelled;
  for (const auto& [number, texts] : spellings) {
    const std::string& name = classes.names()[number];
    if (texts.size() > 1 || *texts.begin() != name) {
      respelled.push_back({name, {texts.begin(), texts.end()}});
    }
  }
  return respelled;
}

}  // namespace strata
