#include "data/class_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
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

bool is_numeric(const std::vector<std::string>& labels) {
  return std::ranges::all_of(labels, [](const std::string& label) { return label_value(label).has_value(); });
}

/// The shortest text that reads back as `value`; one for both zeros.
std::string value_text(double value) {
  return value == std::trunc(value) ? std::to_string(static_cast<long long>(value)) : fmt::format("{}", value);
}

}  // namespace

std::vector<std::string> order_classes(const std::vector<std::string>& labels) {
  if (!is_numeric(labels)) {
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

ClassIndex::ClassIndex(const std::vector<std::string>& names) : index_(names), numeric_(is_numeric(names)) {}

std::optional<std::uint32_t> ClassIndex::find(std::string_view label) const {
  const std::optional<std::uint32_t> number = index_.find(label);
  if (number || !numeric_) {
    return number;
  }
  const std::optional<double> value = label_value(label);
  return value ? index_.find(value_text(*value)) : std::nullopt;
}

}  // namespace strata
