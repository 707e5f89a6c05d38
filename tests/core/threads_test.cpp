#include "core/threads.h"

#if defined(__linux__)
#include <sched.h>
#endif

#include <array>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"

namespace core_threads_test {

using namespace strata;
using strata::test::TemporaryFolder;

TEST_CASE("there is always a thread", "[core]") {
  CHECK(affinity_cpus() >= 1);
  CHECK(available_threads() >= 1);
  CHECK(available_threads() <= affinity_cpus());
}

TEST_CASE("no cgroup, no limit", "[core]") {
  const TemporaryFolder root;
  CHECK_FALSE(cgroup_cpus(root.path()));
  root.write("proc/self/cgroup", "0::/user/job\n");
  CHECK_FALSE(cgroup_cpus(root.path()));
}

TEST_CASE("cgroup v2: quota over period, the smallest up to the mount", "[core]") {
  const TemporaryFolder root;
  root.write("proc/self/cgroup", "0::/outer/inner\n");
  root.write("sys/fs/cgroup/outer/inner/cpu.max", "250000 100000\n");
  CHECK(cgroup_cpus(root.path()) == 2.5);
  root.write("sys/fs/cgroup/outer/cpu.max", "150000 100000\n");
  CHECK(cgroup_cpus(root.path()) == 1.5);
  root.write("sys/fs/cgroup/outer/cpu.max", "400000 100000\n");
  CHECK(cgroup_cpus(root.path()) == 2.5);
  root.write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK(cgroup_cpus(root.path()) == 0.5);
}

TEST_CASE("cgroup v2: a limit at the mount itself, as containers see it", "[core]") {
  const TemporaryFolder root;
  root.write("proc/self/cgroup", "0::/\n");
  root.write("sys/fs/cgroup/cpu.max", "300000 100000\n");
  CHECK(cgroup_cpus(root.path()) == 3);
}

TEST_CASE("cgroup v2: max and nonsense are no limit", "[core]") {
  for (const std::string_view text :
       {"max 100000\n", "max", "", "\n", "abc def\n", "-1 100000\n", "100000 0\n", "100000\n"}) {
    CAPTURE(text);
    const TemporaryFolder root;
    root.write("proc/self/cgroup", "0::/job\n");
    root.write("sys/fs/cgroup/job/cpu.max", text);
    CHECK_FALSE(cgroup_cpus(root.path()));
    root.write("sys/fs/cgroup/cpu.max", "200000 100000\n");
    CHECK(cgroup_cpus(root.path()) == 2);
  }
}

TEST_CASE("cgroup v1: the cpu controller's quota over its period", "[core]") {
  const TemporaryFolder root;
  root.write("proc/self/cgroup", "12:memory:/m\n4:cpu,cpuacct:/docker/job\n3:cpuset:/other\n");
  const auto group = std::filesystem::path("sys/fs/cgroup/cpu/docker/job");
  root.write(group / "cpu.cfs_quota_us", "350000\n");
  root.write(group / "cpu.cfs_period_us", "100000\n");
  CHECK(cgroup_cpus(root.path()) == 3.5);
  root.write("sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us", "100000\n");
  root.write("sys/fs/cgroup/cpu/docker/cpu.cfs_period_us", "100000\n");
  CHECK(cgroup_cpus(root.path()) == 1);
  root.write("sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us", "-1\n");
  CHECK(cgroup_cpus(root.path()) == 3.5);
}

TEST_CASE("cgroup v1: cpuset and cpuacct alone limit nothing", "[core]") {
  const TemporaryFolder root;
  root.write("proc/self/cgroup", "3:cpuset:/job\n4:cpuacct:/job\n");
  root.write("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "100000\n");
  root.write("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  CHECK_FALSE(cgroup_cpus(root.path()));
}

TEST_CASE("a mixed hierarchy takes the smaller limit", "[core]") {
  const TemporaryFolder root;
  root.write("proc/self/cgroup", "garbage\n4:cpu:/a\n0::/b\n");
  root.write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "400000\n");
  root.write("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  root.write("sys/fs/cgroup/b/cpu.max", "150000 100000\n");
  CHECK(cgroup_cpus(root.path()) == 1.5);
  root.write("proc/self/cgroup", "0::/b\n4:cpu:/a\n");
  CHECK(cgroup_cpus(root.path()) == 1.5);
}

#if defined(__linux__)
TEST_CASE("a thread leaves CPUs for another one, and may use all of them again", "[core]") {
  std::thread([] {
    cpu_set_t before;
    REQUIRE(sched_getaffinity(0, sizeof(before), &before) == 0);
    const int here = current_cpu();
    REQUIRE(here >= 0);
    leave_cpus(std::array{here, -1});
    cpu_set_t after;
    REQUIRE(sched_getaffinity(0, sizeof(after), &after) == 0);
    CHECK(CPU_EQUAL(&before, &after));
    leave_cpus({});  // nowhere to go from
    std::vector<int> all;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      all.push_back(cpu);
    }
    leave_cpus(all);  // nowhere to go to
    REQUIRE(sched_getaffinity(0, sizeof(after), &after) == 0);
    CHECK(CPU_EQUAL(&before, &after));
  }).join();
}
#endif

}  // namespace core_threads_test
