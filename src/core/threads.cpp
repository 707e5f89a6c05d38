#include "core/threads.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>

#include "core/machine.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

/// The number with which the text begins, whatever the process' locale; 0 if with none, or with too large a one.
double leading_number(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? number : 0;
}

/// quota / period; empty for "max", -1 or anything unreadable.
std::optional<double> ratio(const std::string& quota, const std::string& period) {
  const double q = leading_number(quota);
  const double p = leading_number(period);
  return q > 0 && p > 0 ? std::optional(q / p) : std::nullopt;
}

std::optional<double> quota_v2(const fs::path& group) {
  std::istringstream words(first_line(group / "cpu.max"));
  std::string quota;
  std::string period;
  words >> quota >> period;
  return ratio(quota, period);
}

std::optional<double> quota_v1(const fs::path& group) {
  return ratio(first_line(group / "cpu.cfs_quota_us"), first_line(group / "cpu.cfs_period_us"));
}

template <class Quota>
std::optional<double> smallest_up_to_mount(const fs::path& mount, const std::string& group, Quota quota) {
  std::optional<double> smallest;
  fs::path folder = fs::path(group).relative_path();
  while (true) {
    if (const auto q = quota(mount / folder); q && (!smallest || *q < *smallest)) {
      smallest = q;
    }
    if (folder.empty()) {
      return smallest;
    }
    folder = folder.parent_path();
  }
}

bool lists_cpu(const std::string& controllers) {
  std::istringstream names(controllers);
  for (std::string name; std::getline(names, name, ',');) {
    if (name == "cpu") {
      return true;
    }
  }
  return false;
}

}  // namespace

int affinity_cpus() {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    return std::max(1, CPU_COUNT(&set));
  }
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::optional<double> cgroup_cpus(const fs::path& root) {
  std::optional<double> smallest;
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {  // hierarchy:controllers:path
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    std::optional<double> quota;
    if (controllers.empty()) {
      quota = smallest_up_to_mount(root / "sys/fs/cgroup", group, quota_v2);
    } else if (lists_cpu(controllers)) {
      quota = smallest_up_to_mount(root / "sys/fs/cgroup/cpu", group, quota_v1);
    }
    if (quota && (!smallest || *quota < *smallest)) {
      smallest = quota;
    }
  }
  return smallest;
}

int available_threads() {
  const int cpus = affinity_cpus();
  const auto quota = cgroup_cpus();
  return quota ? std::clamp(static_cast<int>(std::floor(*quota)), 1, cpus) : cpus;
}

SignalsBlocked::SignalsBlocked() {
  sigset_t all{};
  ::sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF}) {  // of the thread itself
    ::sigdelset(&all, fault);
  }
  ::pthread_sigmask(SIG_BLOCK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int current_cpu() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

void leave_cpus([[maybe_unused]] std::span<const int> cpus) {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
    return;
  }
  cpu_set_t others = allowed;
  for (const int cpu : cpus) {
    if (cpu >= 0 && cpu < CPU_SETSIZE) {
      CPU_CLR(static_cast<std::size_t>(cpu), &others);
    }
  }
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof(others), &others) == 0) {
    sched_setaffinity(0, sizeof(allowed), &allowed);
  }
#endif
}

}  // namespace strata
