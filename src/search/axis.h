// What a sweep varies, and the points that it tries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/log_range.h"

namespace strata {

/// One thing that is varied: `lower`, `upper` or the layers of a group, such as 0-1 (whole OPTIMIZERs), `lower.KEY` and
/// so on (a key of theirs, such as lr), or a train option.
struct Axis {
  std::string name;
  std::vector<std::string> values;  ///< empty: any number of `range`, for random draws only
  std::optional<LogRange> range{};  ///< where random draws come from, instead of `values`
};

/// The value chosen on each axis that applies, in the order of the axes.
using Point = std::vector<std::pair<std::string, std::string>>;

/// The value at axis `name`; empty if the point has none.
std::string_view value_at(const Point& point, std::string_view name);

/// Whether an axis has the name of a group's layers: 0, 0-1.
bool names_layers(std::string_view axis);

/// The OPTIMIZER of `group` (`lower`, `upper` or layers) at the point: its axis' value, with the keys chosen so far as
/// `,key=value`.
std::string optimizer_text(const Point& point, std::string_view group);

/// Whether the optimizer of OPTIMIZER `text`, with the schedule that stands there, knows `key`.
bool takes_key(std::string_view text, std::string_view key);

// Both functions leave out an axis GROUP.KEY where the point's optimizer lacks the key. The axis of
// the optimizer itself stands before those of its keys, and `schedule` before the schedule's.

/// Every combination, the last axis running fastest. All axes must have values.
std::vector<Point> grid(const std::vector<Axis>& axes);

/// The draw of that number (from 0): on each axis a pure function of (seed, the axis' name, number), so that neither
/// more draws nor more axes change it. Ranges: uniform in the logarithm, rounded to 4 significant digits.
Point draw(const std::vector<Axis>& axes, std::uint64_t seed, std::uint64_t number);

}  // namespace strata
