#include "speed/timing.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace strata {

namespace {

/// Whether another thread of this process runs or could.
bool others_run() {
  int running = 0;
  std::error_code none;  // a system without /proc tells nothing
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", none)) {
    std::ifstream stat(task.path() / "stat");  // 123 (name) R …
    std::string text;
    std::getline(stat, text);
    const std::size_t end = text.rfind(") ");
    running += end != std::string::npos && text[end + 2] == 'R' ? 1 : 0;
  }
  return running > 1;
}

}  // namespace

Timing summarise(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  const std::size_t n = seconds.size();
  return {seconds.front(), seconds[n / 2], (seconds[n * 3 / 4] - seconds[n / 4]) / seconds[n / 2]};
}

std::vector<Timing> alternate(int rounds, const std::vector<std::function<double()>>& contestants) {
  std::vector<std::vector<double>> seconds(contestants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t c = 0; c < contestants.size(); ++c) {
      seconds[c].push_back(contestants[c]());
    }
  }
  std::vector<Timing> timings;
  timings.reserve(seconds.size());
  for (auto& of_one : seconds) {
    timings.push_back(summarise(std::move(of_one)));
  }
  return timings;
}

void wait_until_others_sleep() {
  constexpr int kMostLooks = 200;
  for (int look = 0; look < kMostLooks && others_run(); ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace strata
