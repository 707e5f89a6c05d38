// A curve of a run of any length that goes on, in memory that does not grow with it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace strata {

/// Its values are means of equal numbers of neighbours: one each at first, twice as many whenever there are too many.
class GrowingCurve {
 public:
  static constexpr std::size_t kMost = 2048;  ///< points: a wide terminal has some 400 columns of dots

  struct Point {
    double x = 0;      ///< where the last of its values stands
    double value = 0;  ///< the mean
  };

  /// `x` grows from call to call. A value that is not finite is left out.
  void add(double x, double value);

  std::span<const Point> points() const { return points_; }
  bool empty() const { return points_.empty(); }
  double last() const { return last_value_; }  ///< as it was added

 private:
  void halve();

  std::vector<Point> points_;
  std::size_t each_ = 1;  ///< values of a point
  std::size_t last_ = 0;  ///< values of the last point so far
  double last_value_ = 0;
};

}  // namespace strata
