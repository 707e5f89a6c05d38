// How many threads this process may use.
#pragma once

#include <filesystem>
#include <optional>

namespace strata {

/// CPUs that the process's affinity mask allows.
int affinity_cpus();

/// The CPU bandwidth that the process's cgroup (v2, or v1's cpu controller) grants, in CPUs: quota / period,
/// the smallest of the group and its ancestors. Empty without a limit. `root` is "/" outside tests.
std::optional<double> cgroup_cpus(const std::filesystem::path& root = "/");

/// The default number of threads: what affinity and the cgroup quota allow, rounded down, at least 1.
int available_threads();

}  // namespace strata
