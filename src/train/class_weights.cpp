// The weights of the classes in the loss that is trained.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/nearest.h"
#include "data/shown_text.h"
#include "train/run_setup.h"

namespace strata {

namespace {

/// The training rows of each class.
std::vector<std::size_t> class_counts(const DataSource& source, std::span<const std::uint32_t> rows) {
  std::vector<std::size_t> counts(source.classes);
  for (const std::uint32_t row : rows) {
    ++counts[source.train.labels[row]];
  }
  return counts;
}

/// As messages name it.
std::string name_of(const DataSource& source, std::size_t number) {
  return source.class_names.empty() ? std::to_string(number) : shown(source.class_names[number]);
}

[[noreturn]] void reject_untrained(const TrainConfig& config, const DataSource& source, std::size_t number) {
  const auto rows = std::ranges::count(source.train.labels, number);
  const std::string name = name_of(source, number);
  if (rows == 0) {
    throw data_error(
        "{}: no row is of the class {}, so that ‹class_weights› balanced has nothing to weigh it by; add "
        "some, or give a weight for each class",
        source.train.source, name);
  }
  const std::string held_out = fmt::format(
      "{}: the split holds out all rows of the class {} ({} in all), so that ‹class_weights› balanced has "
      "no training row to weigh it by",
      source.train.source, name, rows);
  if (config.split == SplitKind::stratified) {
    throw data_error(
        "{}; ‹split› stratified cannot divide so few: add rows, hold out fewer, or give a weight for each "
        "class",
        held_out);
  }
  throw data_error("{}; divide each class by ‹split› stratified, or give a weight for each class", held_out);
}

std::vector<double> balanced(const TrainConfig& config, const DataSource& source, std::span<const std::uint32_t> rows) {
  std::vector<double> weights;
  for (const std::size_t count : class_counts(source, rows)) {
    if (count == 0) {
      reject_untrained(config, source, weights.size());
    }
    weights.push_back(static_cast<double>(rows.size()) /
                      (static_cast<double>(source.classes) * static_cast<double>(count)));
  }
  return weights;
}

std::size_t number_of(const DataSource& source, const std::string& name) {
  std::vector<std::string> names = source.class_names;
  for (std::size_t number = names.size(); number < source.classes; ++number) {
    names.push_back(std::to_string(number));
  }
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    throw usage_error("‹class_weights›: no class is called {}; the nearest of the {} is {}", shown(name), names.size(),
                      shown(nearest_name(name, std::vector<std::string_view>(names.begin(), names.end()))));
  }
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<double> of_names(const ClassWeights& weights, const DataSource& source) {
  std::vector<double> all(source.classes, 1);
  for (const auto& [name, weight] : weights.named) {
    all[number_of(source, name)] = weight;
  }
  if (std::ranges::all_of(all, [](double weight) { return weight == 0; })) {
    throw usage_error("‹class_weights›: every class has weight 0, which leaves nothing to learn; give one more");
  }
  return all;
}

}  // namespace

std::vector<double> class_weights(const TrainConfig& config, const DataSource& source,
                                  std::span<const std::uint32_t> rows) {
  const ClassWeights& weights = config.class_weights;
  if (weights.balanced) {
    return balanced(config, source, rows);
  }
  if (!weights.named.empty()) {
    return of_names(weights, source);
  }
  if (!weights.given.empty() && weights.given.size() != source.classes) {
    throw usage_error(
        "‹class_weights›: the data has {} classes{}, found {} weights; give one for each class", source.classes,
        source.class_names.empty() ? "" : fmt::format(" ({})", shown_names(source.class_names)), weights.given.size());
  }
  return weights.given;
}

std::vector<std::size_t> untrained_classes(const DataSource& source, std::span<const std::uint32_t> rows) {
  if (source.targets != TargetKind::classes) {
    return {};
  }
  const std::vector<std::size_t> counts = class_counts(source, rows);
  std::vector<std::size_t> untrained;
  for (std::size_t number = 0; number < counts.size(); ++number) {
    if (counts[number] == 0) {
      untrained.push_back(number);
    }
  }
  return untrained;
}

}  // namespace strata
