#include "search/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/hash.h"
#include "core/random.h"
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
  const std::string_view rest = text.substr(found + kSetting.size());
  return rest.substr(0, rest.find(','));
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

void cross(std::span<const Axis> axes, Point& point, std::vector<Point>& points) {
  if (axes.empty()) {
    points.push_back(point);
    return;
  }
  const Axis& axis = axes.front();
  if (!applies(axis, point)) {
    cross(axes.subspan(1), point, points);
    return;
  }
  for (const std::string& value : axis.values) {
    point.emplace_back(axis.name, value);
    cross(axes.subspan(1), point, points);
    point.pop_back();
  }
}

/// The axis' own place among the positions of the random stream.
std::uint32_t stream_position(std::string_view name) {
  Hash64 hash;
  hash.update(std::as_bytes(std::span(name)));
  return static_cast<std::uint32_t>(hash.digest());
}

}  // namespace

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
  const OptimizerEntry& optimizer = find_optimizer(text.substr(0, text.find(',')));
  return !optimizer.keys.empty() && (has_key(optimizer.keys, key) || key == kScheduleKey || key == kRateChangesKey ||
                                     has_key(find_schedule(schedule_of(text)).keys, key));
}

std::vector<Point> grid(const std::vector<Axis>& axes) {
  std::vector<Point> points;
  Point point;
  cross(axes, point, points);
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

}  // namespace strata
