#include "bench/contest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

#include "bench/fma_peak.h"
#include "bench/timing.h"
#include "kernels/onednn/threads.h"

namespace strata::bench {

namespace {

constexpr double kSecondsARound = 0.004;
constexpr double kQuietLoad = 0.5;

/// The mean of as many calls as fill a round, after one to warm up; a call that fills it alone needs none.
std::function<double()> contestant(const Case& one) {
  kernels::onednn::use_threads(one.threads);
  double estimate = mean_seconds(1, one.call);
  for (int i = 0; i < 5; ++i) {
    estimate = std::min(estimate, mean_seconds(1, one.call));
  }
  const auto calls = std::max<std::size_t>(1, static_cast<std::size_t>(kSecondsARound / estimate));
  return [&one, calls] {
    kernels::onednn::use_threads(one.threads);
    if (calls > 1) {
      one.call();
    }
    return mean_seconds(calls, one.call);
  };
}

/// Seconds that the FMA loop takes for 1e9 operations.
std::function<double()> peak_contestant(int threads) {
  return [threads] { return 1 / fma_peak(threads, kSecondsARound); };
}

std::string time_text(double seconds) {
  return seconds < 0.01 ? fmt::format("{:8.1f} us", seconds * 1e6) : fmt::format("{:8.1f} ms", seconds * 1e3);
}

/// `peak` is the seconds for 1e9 operations.
std::string rate_text(const Case& one, double seconds, double peak) {
  const double rate = one.work / seconds * 1e-9;
  switch (one.counted) {
    case Work::none:
      return "";
    case Work::bytes:
      return fmt::format("{:7.1f} GB/s", rate);
    case Work::operations:
      return fmt::format("{:7.1f} GFLOP/s {:4.0f} % of {:.1f}", rate, 100 * rate * peak, 1 / peak);
  }
  return "";
}

}  // namespace

void print_contest_header() {
  fmt::print("\n{:28} {:>7} {:>7} {:>11} {:>11} {:>8} {:>12}\n", "kernel", "size", "threads", "best", "median",
             "spread", "rate at best");
}

void run_contest(int rounds, const std::vector<Case>& cases) {
  std::vector<std::function<double()>> contestants;
  contestants.reserve(2 * cases.size());
  for (const Case& one : cases) {
    contestants.push_back(contestant(one));
  }
  std::map<int, std::size_t> peaks;  // by number of threads: which contestant
  for (const Case& one : cases) {
    if (one.counted == Work::operations && peaks.emplace(one.threads, contestants.size()).second) {
      contestants.push_back(peak_contestant(one.threads));
    }
  }

  const std::vector<Timing> timings = alternate(rounds, contestants);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Timing& timing = timings[i];
    const auto peak = peaks.find(cases[i].threads);
    fmt::print("{:28} {:7} {:7} {} {} {:6.0f} % {}{}\n", cases[i].name, cases[i].size, cases[i].threads,
               time_text(timing.best), time_text(timing.median), 100 * timing.spread,
               rate_text(cases[i], timing.best, peak == peaks.end() ? 0 : timings[peak->second].best),
               timing.spread > kQuietSpread ? "  (noisy)" : "");
  }
  std::fflush(stdout);
}

void warn_if_busy() {
  double load = 0;
  if (std::ifstream("/proc/loadavg") >> load && load > kQuietLoad) {
    fmt::print("The load average is {:.1f}: other programs are at work, so do not judge these timings.\n", load);
  }
}

}  // namespace strata::bench
