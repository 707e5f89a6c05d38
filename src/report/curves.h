// Series of any length as curves of few points: of series that are there, or as they grow.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

namespace strata {

// Of a series that is there, each point stands for a range of values by its lowest, mean and highest: nothing is
// hidden.

/// The values first … last - 1 of a series.
struct Bucket {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Cuts `count` values into at most `most` buckets of equal size, give or take one; none is empty.
std::vector<Bucket> buckets(std::size_t count, std::size_t most);

/// `min`, `mean` and `max` of each bucket's finite values (null where there are none), and `missing`, how many of its
/// values are not finite; without `missing` if all are finite, `mean` alone if each bucket has one value.
nlohmann::ordered_json envelope(std::span<const double> values, std::span<const Bucket> buckets);

/// Each bucket's last value.
nlohmann::ordered_json last_values(std::span<const double> values, std::span<const Bucket> buckets);

/// A curve of a run that goes on, in memory that does not grow with it. Its values are means of equal numbers of
/// neighbours: one each at first, twice as many whenever there are too many.
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
