#include "bench/contest.h"

#include <algorithm>
#include <map>

#include "kernels/fma_peak.h"
#include "kernels/onednn/threads.h"

namespace strata::bench {

namespace {

constexpr double kSecondsARound = 0.004;

/// The mean of as many calls as fill a round, after one to warm up; a call that fills it alone needs none.
std::function<double()> contestant(const Case& one, const Effort& effort) {
  if (one.round) {
    return one.round;
  }
  kernels::onednn::use_threads(one.label.threads);
  double estimate = mean_seconds(1, one.call);
  for (int i = 0; i < 5 && !effort.quick; ++i) {
    estimate = std::min(estimate, mean_seconds(1, one.call));
  }
  const auto calls = effort.quick ? 1 : std::max<std::size_t>(1, static_cast<std::size_t>(kSecondsARound / estimate));
  return [&one, calls] {
    if (calls > 1) {
      one.call();
    }
    return mean_seconds(calls, one.call);
  };
}

/// Seconds that the FMA loop takes for 1e9 operations.
std::function<double()> peak_contestant(int threads, const Effort& effort) {
  return [threads, seconds = effort.quick ? 0 : kSecondsARound] {
    wait_until_others_sleep();
    return 1 / kernels::fma_peak(threads, seconds);
  };
}

}  // namespace

void run_contest(Report& report, const Effort& effort, int rounds, const std::vector<Case>& cases) {
  std::vector<std::function<double()>> contestants;
  contestants.reserve(2 * cases.size());
  for (const Case& one : cases) {
    contestants.push_back([&one, turn = contestant(one, effort)] {
      kernels::onednn::use_threads(one.label.threads);  // which wakes them
      wait_until_others_sleep();
      return turn();
    });
  }
  std::map<int, std::size_t> peaks;  // by number of threads: which contestant
  for (const Case& one : cases) {
    if (one.counted == Work::operations && peaks.emplace(one.label.threads, contestants.size()).second) {
      contestants.push_back(peak_contestant(one.label.threads, effort));
    }
  }

  const LoadWatch watch;
  const std::vector<Timing> timings = alternate(effort.rounds_or(rounds), contestants);
  const MachineLoad load = watch.load();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    const double peak = one.counted == Work::operations ? 1 / timings[peaks.at(one.label.threads)].best : 0;
    report.add({one.label, timings[i], one.counted, one.work, peak, load});
  }
}

}  // namespace strata::bench
