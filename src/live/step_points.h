// A run's steps as the points of a curve, in bounded memory however long the run is: StepSeries' document of a run that
// has all of its steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/observer.h"

namespace strata {

class StepPoints {
 public:
  /// Some hundred nanoseconds; no formatting.
  void add(const StepInfo& step);

  /// As StepSeries::json: up to twice kMostPoints parts of equally many steps, the last of fewer.
  nlohmann::ordered_json json() const;

 private:
  /// What a stretch's values are.
  struct Range {
    double low = 0;
    double high = 0;
    double sum = 0;
    std::size_t finite = 0;  ///< values; others do not count

    void add(double value);
    void add(const Range& other);
  };
  struct Stretch {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::size_t steps = 0;
    Range loss;
    double mean_loss = 0;      ///< at its last step, as is
    double mean_figure = 0;    ///< this
    std::vector<Range> rates;  ///< of each group

    void add(const Stretch& next);
  };

  void halve();
  /// As envelope() has it; `range(stretch)`.
  template <class RangeOf>
  nlohmann::ordered_json envelope(RangeOf range_of) const;

  std::string figure_;  ///< the quick one's name
  std::vector<std::string> groups_;
  std::uint64_t count_ = 0;
  std::size_t steps_of_stretch_ = 1;
  std::vector<Stretch> stretches_;
};

}  // namespace strata
