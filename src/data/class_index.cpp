#include "data/class_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "core/error.h"
#include "core/number.h"
#include "data/shown_text.h"

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

namespace {

/// More are no classes but numbers to predict, or names of rows.
constexpr std::size_t kMostClasses = 65'536;

void check_count(std::size_t classes, const std::string& source) {
  if (classes > kMostClasses) {
    throw data_error("{}: has {} different labels; expected at most {} classes; check that it holds labels", source,
                     classes, kMostClasses);
  }
}

bool is_index(std::string_view name) { return parse_number<std::uint32_t>(name).has_value(); }

/// The class of each of the labels' names; those that are none are empty.
std::vector<std::optional<std::uint32_t>> find_classes(const std::vector<std::string>& labels,
                                                       const std::vector<std::string>& class_names) {
  const ClassIndex classes(class_names);
  const bool by_place = std::ranges::none_of(class_names, is_index);
  std::vector<std::optional<std::uint32_t>> found;
  for (const std::string& label : labels) {
    auto number = classes.find(label);
    if (const auto place = parse_number<std::uint32_t>(label); !number && by_place && place < class_names.size()) {
      number = place;
    }
    found.push_back(number);
  }
  return found;
}

[[noreturn]] void reject_label(const ArrayLabels& labels, std::size_t row,
                               const std::vector<std::string>& class_names) {
  throw data_error(
      "{}: row {} (counted from 0) has label {}; expected one of the classes of training ({}); use files that belong "
      "together",
      labels.source, row, shown(labels.names[labels.labels[row]]), shown_names(class_names));
}

}  // namespace

ArrayLabels number_labels(const std::vector<std::int64_t>& labels, const std::string& source) {
  std::vector<std::int64_t> values = labels;
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  check_count(values.size(), source);
  ArrayLabels result{source, std::vector<std::uint32_t>(labels.size()), {}};
  std::ranges::transform(labels, result.labels.begin(), [&](std::int64_t label) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(values, label) - values.begin());
  });
  std::ranges::transform(values, std::back_inserter(result.names), [](std::int64_t x) { return std::to_string(x); });
  return result;
}

ArrayLabels text_labels(const std::vector<std::string>& labels, const std::string& source) {
  NameIndex texts;
  ArrayLabels result{source, {}, {}};
  for (const std::string& label : labels) {
    const auto known = texts.find(label);
    result.labels.push_back(known ? *known : texts.add(label));
  }
  result.names = order_classes(texts.names(), LabelType::text);
  check_count(result.names.size(), source);
  const ClassIndex classes(result.names, LabelType::text);
  std::vector<std::uint32_t> class_of;
  for (const std::string& text : texts.names()) {
    class_of.push_back(*classes.find(text));
  }
  std::ranges::transform(result.labels, result.labels.begin(), [&](std::uint32_t text) { return class_of[text]; });
  return result;
}

void set_labels(Dataset& part, const ArrayLabels& labels, const std::vector<std::string>& class_names) {
  if (labels.labels.size() != part.rows()) {
    throw data_error("{}: has {} labels; expected {}, one for each row of {}; use files that belong together",
                     labels.source, labels.labels.size(), part.rows(), part.source);
  }
  const auto classes = find_classes(labels.names, class_names);
  std::vector<std::uint32_t> numbers(labels.labels.size());
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    const auto number = classes[labels.labels[row]];
    if (!number) {
      reject_label(labels, row, class_names);
    }
    numbers[row] = *number;
  }
  part.labels = std::move(numbers);
}

std::vector<std::string> names_needed(const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != std::to_string(i)) {
      return names;
    }
  }
  return {};
}

}  // namespace strata
