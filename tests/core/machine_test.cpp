#include "core/machine.h"

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"

namespace strata::core_machine_test {

TEST_CASE("the CPU as Linux tells it", "[core]") {
  const test::TemporaryFolder root;
  root.write(
      "proc/cpuinfo",
      "processor\t: 0\nvendor_id\t: SomeVendor\ncpu family\t: 6\nmodel\t\t: 207\nmodel name\t: Some CPU: the fast "
      "one\n\nmodel name\t: another\n");
  for (const auto& [cpu, core] : {std::pair{"0", "0"}, std::pair{"1", "1"}, std::pair{"2", "0"}, std::pair{"3", "1"}}) {
    const std::string folder = std::string("sys/devices/system/cpu/cpu") + cpu + "/topology/";
    root.write(folder + "core_id", core + std::string("\n"));
    root.write(folder + "physical_package_id", "0\n");
  }
  root.write("sys/devices/system/cpu/cpufreq/boost", "1\n");
  root.write("sys/devices/system/cpu/cpu0/cache/index0/level", "1\n");
  root.write("sys/devices/system/cpu/cpu0/cache/index0/type", "Data\n");
  root.write("sys/devices/system/cpu/cpu0/cache/index0/size", "32K\n");
  const Cpu found = cpu(root.path());
  CHECK(found.model == "Some CPU: the fast one");
  CHECK(found.vendor == "SomeVendor");
  CHECK(found.family == 6);
  CHECK(found.number == 207);
  CHECK(found.cpus == 4);
  CHECK(found.cores == 2);
  REQUIRE(found.caches.size() == 1);
  CHECK(found.caches[0].level == 1);
  CHECK(found.caches[0].type == "Data");
  CHECK(found.caches[0].size == "32K");
}

TEST_CASE("a system that tells nothing of its CPU is no error", "[core]") {
  const test::TemporaryFolder root;
  CHECK(cpu(root.path()).model.empty());
  CHECK(cpu(root.path()).vendor.empty());
  CHECK(cpu(root.path()).family == 0);
  CHECK(cpu(root.path()).cores == 0);
  CHECK(cpu().cpus >= 0);
}

TEST_CASE("available memory is what the system says, swap included", "[core]") {
  const test::TemporaryFolder folder;
  CHECK(available_memory(folder.path()) == std::nullopt);
  folder.write("proc/meminfo",
               "MemTotal:       1000 kB\nMemAvailable:    300 kB\nHugePages_Total: 0\nSwapFree:         50 kB\n");
  CHECK(available_memory(folder.path()) == 350 * 1024);
}

}  // namespace strata::core_machine_test
