#include "core/memory.h"

#include "tests/catch.h"
#include "tests/core/temporary_folder.h"

namespace core_memory_test {

using namespace strata;
using namespace strata::test;

TEST_CASE("available memory is what the system says, swap included", "[core]") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "proc");
  CHECK(available_memory(folder.path()) == std::nullopt);
  write_text(folder.path() / "proc/meminfo",
             "MemTotal:       1000 kB\nMemAvailable:    300 kB\nHugePages_Total: 0\nSwapFree:         50 kB\n");
  CHECK(available_memory(folder.path()) == 350 * 1024);
}

}  // namespace core_memory_test
