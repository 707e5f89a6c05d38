// Timings that can be compared: contestants take turns, best, median and spread of the rounds are kept, and a watch
// tells how much of the machine others used meanwhile.
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

/// CPUs' worth of time, averaged over the watch: 0.5 is half a CPU.
struct MachineLoad {
  double others = 0;  ///< other programs
  double stolen = 0;  ///< the hypervisor, for other guests

  /// Above this a timing says more about them than about us.
  static constexpr double kQuiet = 0.1;
  bool is_loaded() const { return others + stolen > kQuiet; }
};

/// Watches from its making on. Ticks of 10 ms are what Linux counts in, so a watch of less than 0.2 s says nothing.
class LoadWatch {
 public:
  LoadWatch();
  /// Zero where /proc/stat cannot be read.
  MachineLoad load() const;

 private:
  struct Times {
    double wall = 0;
    double busy = 0;    ///< of all CPUs, seconds
    double stolen = 0;  ///< of all CPUs, seconds
    double ours = 0;    ///< CPU seconds of this process and of the children it has waited for
  };
  static Times now();

  Times start_;
};

/// The one-minute load average; 0 where there is none.
double load_average();

}  // namespace strata
