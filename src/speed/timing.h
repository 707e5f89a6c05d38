// Timings that can be compared: contestants take turns, and best, median and spread of the rounds are kept.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "train/metrics.h"

namespace strata {

struct Timing {
  double best = 0;
  double median = 0;
  double spread = 0;  ///< (upper quartile - lower quartile) / median
};

/// Above this spread a timing says more about the machine's other work than about ours.
inline constexpr double kQuietSpread = 0.15;

/// Of at least one.
Timing summarise(std::vector<double> seconds);

/// Calls every contestant once a round; each call returns the seconds to count.
std::vector<Timing> alternate(int rounds, const std::vector<std::function<double()>>& contestants);

/// Returns once this process's other threads sleep. OpenMP's spin for milliseconds after a turn, on CPUs that the next
/// contestant needs.
void wait_until_others_sleep();

/// Seconds a call of `body`, the mean of `calls`.
template <class Body>
double mean_seconds(std::size_t calls, Body&& body) {
  const Stopwatch clock;
  for (std::size_t i = 0; i < calls; ++i) {
    body();
  }
  return clock.seconds() / static_cast<double>(calls);
}

}  // namespace strata
