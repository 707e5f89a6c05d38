#include "search/edge.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/number.h"

namespace strata {

namespace {

constexpr std::size_t kFurther = 2;  ///< values beyond the edge

/// The axis' values ascending; empty unless all are numbers.
std::vector<double> ascending_numbers(const Axis& axis) {
  std::vector<double> numbers;
  for (const std::string& text : axis.values) {
    const auto number = parse_number<double>(text);
    if (!number) {
      return {};
    }
    numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

/// The number that follows `last` as `last` follows `before`.
double next(double before, double last, bool by_ratio) { return by_ratio ? last * (last / before) : 2 * last - before; }

/// How many digits a further value is given: all that a range or whole numbers have, else as few as one would type.
int digits_of(const Axis& axis, const std::vector<double>& numbers) {
  constexpr int kExact = 12;
  constexpr int kTyped = 2;
  const bool whole = std::ranges::all_of(numbers, [](double number) { return number == std::floor(number); });
  return axis.range || whole ? kExact : kTyped;
}

Axis wider_list(const Axis& axis, const std::vector<double>& numbers, bool largest) {
  const bool by_ratio = numbers.front() > 0;
  const int digits = digits_of(axis, numbers);
  double before = largest ? numbers[numbers.size() - 2] : numbers[1];
  double last = largest ? numbers.back() : numbers.front();
  Axis wider = axis;
  for (std::size_t i = 0; i < kFurther; ++i) {
    before = std::exchange(last, next(before, last, by_ratio));
    wider.values.insert(largest ? wider.values.end() : wider.values.begin(), rounded_text(last, digits));
  }
  if (wider.range) {
    (largest ? wider.range->last : wider.range->first) = *parse_number<double>(rounded_text(last, digits));
  }
  return wider;
}

std::optional<Edge> edge_of_list(const Axis& axis, const std::string& value) {
  const std::vector<double> numbers = ascending_numbers(axis);
  const auto number = parse_number<double>(value);
  if (numbers.size() < 2 || !number || (*number != numbers.front() && *number != numbers.back())) {
    return std::nullopt;
  }
  const bool largest = *number == numbers.back();
  return Edge{axis.name, value, largest, wider_list(axis, numbers, largest)};
}

std::optional<Edge> edge_of_range(const Axis& axis, const std::string& value) {
  constexpr double kEdge = 0.1;
  constexpr double kBeyond = 10;
  const double position = axis.range->position(parse_number<double>(value).value_or(axis.range->first));
  if (position >= kEdge && position <= 1 - kEdge) {
    return std::nullopt;
  }
  Edge edge{axis.name, value, position > 1 - kEdge, axis};
  edge.wider.values.clear();
  if (edge.largest) {
    edge.wider.range->last *= kBeyond;
  } else {
    edge.wider.range->first /= kBeyond;
  }
  return edge;
}

}  // namespace

std::vector<Edge> edges_of(const Point& best, const std::vector<Axis>& axes, bool drawn) {
  std::vector<Edge> edges;
  for (const Axis& axis : axes) {
    const std::string value(value_at(best, axis.name));
    if (value.empty()) {
      continue;
    }
    if (auto edge = drawn && axis.range ? edge_of_range(axis, value) : edge_of_list(axis, value)) {
      edges.push_back(std::move(*edge));
    }
  }
  return edges;
}

}  // namespace strata
