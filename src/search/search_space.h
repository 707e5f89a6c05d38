// What a sweep varies: ranges, axes, the points that it tries, and what lies beyond the edge where the best of them is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/model.h"

namespace strata {

class Given;

/// A range of numbers, from `first` to `last`, both above 0 and normal, first < last.
struct LogRange {
  double first = 0;
  double last = 0;

  // Without libm, the same on every machine.

  /// The number at share `position` (0 to 1) of the way in the logarithm; the ends themselves at 0 and 1.
  double at(double position) const;
  /// The position of `value`.
  double position(double value) const;
};

/// `count` numbers, at least 2, from first to last, evenly spaced in the logarithm and, but for the ends, rounded to so
/// many significant digits: then 1e-4..1e-1 in 4 is 0.0001, 0.001, 0.01, 0.1, and a range made longer has the points of
/// the shorter one. Each as the shortest text that reads back exactly.
std::vector<std::string> spaced_texts(const LogRange& range, std::size_t count, int digits = 12);

/// `value` rounded to so many significant digits, as the shortest text that reads back exactly.
std::string rounded_text(double value, int digits);

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

/// Every combination, the last axis running fastest; the first `most` of them where there are more. All axes must have
/// values.
std::vector<Point> grid(const std::vector<Axis>& axes, std::size_t most = std::numeric_limits<std::size_t>::max());

/// The draw of that number (from 0): on each axis a pure function of (seed, the axis' name, number), so that neither
/// more draws nor more axes change it. Ranges: uniform in the logarithm, rounded to 4 significant digits.
Point draw(const std::vector<Axis>& axes, std::uint64_t seed, std::uint64_t number);

/// The best point lies on the edge of what was tried.
struct Edge {
  std::string axis;
  std::string value;    ///< the best point's
  bool largest = true;  ///< of the values tried; else the smallest
  Axis wider;           ///< the axis with what lies beyond added to it
};

/// Axes of numbers, two or more of them, on which `best` has the smallest or the largest value. What lies beyond goes
/// on in the same steps, by ratio if all numbers are above 0, for two values more. `drawn`: points come from draw(), so
/// a range's edge is its first or last tenth; beyond lies another tenfold.
std::vector<Edge> edges_of(const Point& best, const std::vector<Axis>& axes, bool drawn);

// As its options say it

/// The axes, an optimizer before its keys, by `lower`, `upper`, `group`, `lower-lr`, `upper-lr` and `vary`. Throws
/// Error(usage) for a text that is wrong, and for what is varied twice.
std::vector<Axis> sweep_axes(const Given& given);

/// Throws Error(usage) for a key that no optimizer of its group knows.
void check_keys(const std::vector<Axis>& axes, Convention convention);

/// `a,b,c` or `a..b:n` as the values of an axis; `a..b` as a range alone. Throws Error(usage) naming `option`.
Axis parse_rates(std::string_view option, std::string_view text);

}  // namespace strata
