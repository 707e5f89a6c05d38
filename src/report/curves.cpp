#include "report/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/json_text.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

struct Summary {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double sum = 0;
  std::size_t finite = 0;

  void add(double value) {
    if (std::isfinite(value)) {
      min = std::min(min, value);
      max = std::max(max, value);
      sum += value;
      ++finite;
    }
  }
  /// Rounding must not put the mean of equal values beside them.
  double mean() const { return std::clamp(sum / static_cast<double>(finite), min, max); }
};

}  // namespace

std::vector<Bucket> buckets(std::size_t count, std::size_t most) {
  const std::size_t used = std::min(count, most);
  std::vector<Bucket> all(used);
  for (std::size_t b = 0; b < used; ++b) {
    all[b] = {count * b / used, count * (b + 1) / used};
  }
  return all;
}

Json envelope(std::span<const double> values, std::span<const Bucket> buckets) {
  Json min = Json::array();
  Json mean = Json::array();
  Json max = Json::array();
  Json missing = Json::array();
  std::size_t all_missing = 0;
  for (const Bucket& bucket : buckets) {
    Summary summary;
    for (const double value : values.subspan(bucket.first, bucket.last - bucket.first)) {
      summary.add(value);
    }
    const bool any = summary.finite > 0;
    min.push_back(any ? Json(summary.min) : Json(nullptr));
    mean.push_back(any ? Json(summary.mean()) : Json(nullptr));
    max.push_back(any ? Json(summary.max) : Json(nullptr));
    const std::size_t lost = bucket.last - bucket.first - summary.finite;
    missing.push_back(lost);
    all_missing += lost;
  }
  Json json{{"mean", std::move(mean)}};
  if (buckets.size() < values.size()) {
    json["min"] = std::move(min);
    json["max"] = std::move(max);
  }
  if (all_missing > 0) {
    json["missing"] = std::move(missing);
  }
  return json;
}

Json last_values(std::span<const double> values, std::span<const Bucket> buckets) {
  Json json = Json::array();
  for (const Bucket& bucket : buckets) {
    json.push_back(number_json(values[bucket.last - 1]));
  }
  return json;
}

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
