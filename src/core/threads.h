// How many threads this process may use, and where they run.
#pragma once

#include <csignal>
#include <filesystem>
#include <optional>
#include <span>

namespace strata {

/// CPUs that the process's affinity mask allows.
int affinity_cpus();

/// The CPU bandwidth that the process's cgroup (v2, or v1's cpu controller) grants, in CPUs: quota / period,
/// the smallest of the group and its ancestors. Empty without a limit. `root` is "/" outside tests.
std::optional<double> cgroup_cpus(const std::filesystem::path& root = "/");

/// The default number of threads: what affinity and the cgroup quota allow, rounded down, at least 1.
int available_threads();

/// While it lives, threads that the calling one starts get no signals, as long as they live.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

/// The CPU that the calling thread runs on; -1 where the system does not say.
int current_cpu();

/// Moves the calling thread to a CPU other than these, if it may use one. Where it may run later stays as it was.
void leave_cpus(std::span<const int> cpus);

}  // namespace strata
