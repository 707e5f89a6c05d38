#include "bench/contest.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "bench/fma_peak.h"
#include "kernels/onednn/threads.h"

namespace strata::bench {

namespace {

constexpr double kSecondsARound = 0.004;

/// Whether another thread of this process runs or could.
bool others_run() {
  int running = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream stat(task.path() / "stat");  // 123 (name) R …
    std::string text;
    std::getline(stat, text);
    const std::size_t end = text.rfind(") ");
    running += end != std::string::npos && text[end + 2] == 'R' ? 1 : 0;
  }
  return running > 1;
}

/// Returns once this process's other threads sleep. OpenMP's spin for milliseconds after a turn, on CPUs that the next
/// contestant needs.
void rest() {
  constexpr int kMostLooks = 200;
  for (int look = 0; look < kMostLooks && others_run(); ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

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
    rest();
    return 1 / fma_peak(threads, seconds);
  };
}

}  // namespace

void run_contest(Report& report, const Effort& effort, int rounds, const std::vector<Case>& cases) {
  std::vector<std::function<double()>> contestants;
  contestants.reserve(2 * cases.size());
  for (const Case& one : cases) {
    contestants.push_back([&one, turn = contestant(one, effort)] {
      kernels::onednn::use_threads(one.label.threads);  // which wakes them
      rest();
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
