#include "speed/load_watch.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace strata {

namespace {

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
