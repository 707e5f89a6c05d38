#include "speed/timing.h"

#include <sys/resource.h>
#include <unistd.h>

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

constexpr double kShortestWatch = 0.2;

double cpu_seconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
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

LoadWatch::LoadWatch() : start_(now()) {}

LoadWatch::Times LoadWatch::now() {
  Times times;
  times.wall = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  times.ours = cpu_seconds(RUSAGE_SELF) + cpu_seconds(RUSAGE_CHILDREN);
  std::ifstream stat("/proc/stat");
  std::string cpu;
  double user = 0, nice = 0, system = 0, idle = 0, io_wait = 0, irq = 0, soft_irq = 0, steal = 0;
  if (stat >> cpu >> user >> nice >> system >> idle >> io_wait >> irq >> soft_irq >> steal) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    times.busy = (user + nice + system + irq + soft_irq) / ticks;
    times.stolen = steal / ticks;
  }
  return times;
}

MachineLoad LoadWatch::load() const {
  const Times end = now();
  const double wall = end.wall - start_.wall;
  if (end.busy == 0 || wall < kShortestWatch) {
    return {};
  }
  return {std::max(0.0, end.busy - start_.busy - (end.ours - start_.ours)) / wall, (end.stolen - start_.stolen) / wall};
}

double load_average() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return load;
}

}  // namespace strata
