// Timings that can be compared: contestants take turns, and best, median and spread of the rounds are kept.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

namespace strata::bench {

struct Timing {
  double best = 0;
  double median = 0;
  double spread = 0;  ///< (upper quartile - lower quartile) / median
};

inline Timing summarise(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  const std::size_t n = seconds.size();
  return {seconds.front(), seconds[n / 2], (seconds[n * 3 / 4] - seconds[n / 4]) / seconds[n / 2]};
}

/// Calls every contestant once a round; each call returns the seconds to count.
inline std::vector<Timing> alternate(int rounds, const std::vector<std::function<double()>>& contestants) {
  std::vector<std::vector<double>> seconds(contestants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t c = 0; c < contestants.size(); ++c) {
      seconds[c].push_back(contestants[c]());
    }
  }
  std::vector<Timing> timings;
  for (auto& of_one : seconds) {
    timings.push_back(summarise(std::move(of_one)));
  }
  return timings;
}

}  // namespace strata::bench
