#include "report/growing_curve.h"

#include <cmath>

namespace strata {

void GrowingCurve::add(double x, double value) {
  if (!std::isfinite(value)) {
    return;
  }
  last_value_ = value;
  if (points_.empty() || last_ == each_) {
    if (points_.size() == kMost) {
      halve();
    }
    points_.push_back({x, value});
    last_ = 1;
    return;
  }
  ++last_;
  points_.back().x = x;
  points_.back().value += (value - points_.back().value) / static_cast<double>(last_);
}

void GrowingCurve::halve() {
  for (std::size_t i = 0; i < kMost / 2; ++i) {
    const Point& first = points_[2 * i];
    const Point& second = points_[2 * i + 1];
    points_[i] = {second.x, (first.value + second.value) / 2};
  }
  points_.resize(kMost / 2);
  each_ *= 2;
}

}  // namespace strata
