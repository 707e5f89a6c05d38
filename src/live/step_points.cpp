#include "live/step_points.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "io/json_text.h"
#include "report/metrics_series.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

void StepPoints::Range::add(double value) {
  if (std::isfinite(value)) {
    add(Range{.low = value, .high = value, .sum = value, .finite = 1});
  }
}

void StepPoints::Range::add(const Range& other) {
  if (other.finite == 0) {
    return;
  }
  low = finite == 0 ? other.low : std::min(low, other.low);
  high = finite == 0 ? other.high : std::max(high, other.high);
  sum += other.sum;
  finite += other.finite;
}

void StepPoints::Stretch::add(const Stretch& next) {
  last = next.last;
  steps += next.steps;
  loss.add(next.loss);
  mean_loss = next.mean_loss;
  mean_figure = next.mean_figure;
  for (std::size_t g = 0; g < rates.size(); ++g) {
    rates[g].add(next.rates[g]);
  }
}

void StepPoints::add(const StepInfo& step) {
  if (count_++ == 0) {
    figure_ = step.mean_figure.name;
    for (const auto& [group, rate] : step.learning_rates) {
      groups_.push_back(group);
    }
  }
  if (stretches_.empty() || stretches_.back().steps == steps_of_stretch_) {
    if (stretches_.size() == 2 * kMostPoints) {
      halve();
    }
    stretches_.push_back({.first = step.global_step,
                          .last = 0,
                          .steps = 0,
                          .loss = {},
                          .mean_loss = 0,
                          .mean_figure = 0,
                          .rates = std::vector<Range>(groups_.size())});
  }
  Stretch& stretch = stretches_.back();
  stretch.last = step.global_step;
  ++stretch.steps;
  stretch.loss.add(step.loss);
  stretch.mean_loss = step.mean_loss;
  stretch.mean_figure = step.mean_figure.value;
  for (std::size_t g = 0; g < std::min(stretch.rates.size(), step.learning_rates.size()); ++g) {
    stretch.rates[g].add(step.learning_rates[g].second);
  }
}

void StepPoints::halve() {
  for (std::size_t i = 0; i < kMostPoints; ++i) {
    Stretch pair = std::move(stretches_[2 * i]);
    pair.add(stretches_[2 * i + 1]);
    stretches_[i] = std::move(pair);
  }
  stretches_.resize(kMostPoints);
  steps_of_stretch_ *= 2;
}

template <class RangeOf>
Json StepPoints::envelope(RangeOf range_of) const {
  Json min = Json::array();
  Json mean = Json::array();
  Json max = Json::array();
  Json missing = Json::array();
  std::size_t all_missing = 0;
  for (const Stretch& stretch : stretches_) {
    const Range& range = range_of(stretch);
    const bool any = range.finite > 0;
    min.push_back(any ? Json(range.low) : Json(nullptr));
    mean.push_back(any ? Json(std::clamp(range.sum / static_cast<double>(range.finite), range.low, range.high))
                       : Json(nullptr));
    max.push_back(any ? Json(range.high) : Json(nullptr));
    missing.push_back(stretch.steps - range.finite);
    all_missing += stretch.steps - range.finite;
  }
  Json json{{"mean", std::move(mean)}};
  if (steps_of_stretch_ > 1) {
    json["min"] = std::move(min);
    json["max"] = std::move(max);
  }
  if (all_missing > 0) {
    json["missing"] = std::move(missing);
  }
  return json;
}

Json StepPoints::json() const {
  Json first = Json::array();
  Json last = Json::array();
  Json mean_loss = Json::array();
  Json mean_figure = Json::array();
  for (const Stretch& stretch : stretches_) {
    first.push_back(stretch.first);
    last.push_back(stretch.last);
    mean_loss.push_back(number_json(stretch.mean_loss));
    mean_figure.push_back(number_json(stretch.mean_figure));
  }
  Json rates = Json::object();
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    rates[groups_[g]] = envelope([g](const Stretch& stretch) -> const Range& { return stretch.rates[g]; });
  }
  return {{"count", count_},
          {"first", std::move(first)},
          {"last", std::move(last)},
          {"loss", envelope([](const Stretch& stretch) -> const Range& { return stretch.loss; })},
          {"mean_loss", std::move(mean_loss)},
          {"quick", figure_},
          {"mean_" + figure_, std::move(mean_figure)},
          {"learning_rates", std::move(rates)}};
}

}  // namespace strata
