// A range of numbers above 0, and evenly spaced points of its logarithm; without libm, the same on every machine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace strata {

/// From `first` to `last`, both above 0 and normal, first < last.
struct LogRange {
  double first = 0;
  double last = 0;

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

}  // namespace strata
