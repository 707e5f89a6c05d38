#include "search/search_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>

#include "core/field.h"
#include "core/hash.h"
#include "core/number.h"
#include "core/random.h"
#include "kernels/elementary.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"

namespace strata {

namespace {

constexpr std::string_view kScheduleKey = "schedule";

bool has_key(const std::vector<OptimizerKey>& keys, std::string_view name) {
  return std::ranges::find(keys, name, &OptimizerKey::name) != keys.end();
}

/// The schedule named in OPTIMIZER `text`.
std::string_view schedule_of(std::string_view text) {
  constexpr std::string_view kSetting = ",schedule=";
  const std::size_t found = text.find(kSetting);
  if (found == std::string_view::npos) {
    return schedule_registry().front().name;
  }
  return name_of_text(text.substr(found + kSetting.size()));
}

/// `lower` of `lower.momentum`; empty if the axis is no optimizer's key.
std::string_view group_of(std::string_view axis) {
  const std::size_t dot = axis.find('.');
  return dot == std::string_view::npos ? std::string_view() : axis.substr(0, dot);
}

bool applies(const Axis& axis, const Point& point) {
  const std::string_view group = group_of(axis.name);
  return group.empty() || takes_key(optimizer_text(point, group), axis.name.substr(group.size() + 1));
}

void cross(std::span<const Axis> axes, std::size_t most, Point& point, std::vector<Point>& points) {
  if (points.size() == most) {
    return;
  }
  if (axes.empty()) {
    points.push_back(point);
    return;
  }
  const Axis& axis = axes.front();
  if (!applies(axis, point)) {
    cross(axes.subspan(1), most, point, points);
    return;
  }
  for (const std::string& value : axis.values) {
    point.emplace_back(axis.name, value);
    cross(axes.subspan(1), most, point, points);
    point.pop_back();
  }
}

/// The axis' own place among the positions of the random stream.
std::uint32_t stream_position(std::string_view name) { return static_cast<std::uint32_t>(hash_of(name)); }

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

double LogRange::at(double position) const {
  if (position <= 0) {
    return first;
  }
  if (position >= 1) {
    return last;
  }
  const double from = kernels::log(first);
  return kernels::exp(from + position * (kernels::log(last) - from));
}

double LogRange::position(double value) const {
  const double from = kernels::log(first);
  return (kernels::log(value) - from) / (kernels::log(last) - from);
}

std::vector<std::string> spaced_texts(const LogRange& range, std::size_t count, int digits) {
  assert(count >= 2);
  std::vector<std::string> texts{fmt::format("{}", range.first)};
  for (std::size_t i = 1; i + 1 < count; ++i) {
    texts.push_back(rounded_text(range.at(static_cast<double>(i) / static_cast<double>(count - 1)), digits));
  }
  texts.push_back(fmt::format("{}", range.last));
  return texts;
}

std::string rounded_text(double value, int digits) {
  const auto rounded = parse_number<double>(fmt::format("{:.{}g}", value, digits));
  return fmt::format("{}", rounded.value_or(value));
}

std::string_view value_at(const Point& point, std::string_view name) {
  const auto found = std::ranges::find(point, name, &Point::value_type::first);
  return found == point.end() ? std::string_view() : std::string_view(found->second);
}

bool names_layers(std::string_view axis) {
  return !axis.empty() && axis.find_first_not_of("0123456789-") == std::string_view::npos;
}

std::string optimizer_text(const Point& point, std::string_view group) {
  std::string text(value_at(point, group));
  for (const auto& [name, value] : point) {
    if (group_of(name) == group) {
      text += fmt::format(",{}={}", std::string_view(name).substr(group.size() + 1), value);
    }
  }
  return text;
}

bool takes_key(std::string_view text, std::string_view key) {
  const OptimizerEntry& optimizer = find_optimizer(name_of_text(text));
  return !optimizer.keys.empty() && (has_key(optimizer.keys, key) || key == kScheduleKey || key == kRateChangesKey ||
                                     has_key(find_schedule(schedule_of(text)).keys, key));
}

std::vector<Point> grid(const std::vector<Axis>& axes, std::size_t most) {
  std::vector<Point> points;
  Point point;
  cross(axes, most, point, points);
  return points;
}

Point draw(const std::vector<Axis>& axes, std::uint64_t seed, std::uint64_t number) {
  constexpr int kDigits = 4;
  const Random random(seed, RandomStream::search);
  Point point;
  for (const Axis& axis : axes) {
    if (!applies(axis, point)) {
      continue;
    }
    const std::uint32_t position = stream_position(axis.name);
    if (axis.range) {
      const double share = unit_interval(random.bits(position, number)[0]);
      point.emplace_back(axis.name, rounded_text(axis.range->at(share), kDigits));
    } else {
      point.emplace_back(axis.name, axis.values[random.below(axis.values.size(), position, number)]);
    }
  }
  return point;
}

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
