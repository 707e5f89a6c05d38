#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "dist/communicator.h"
#include "dist/world.h"
#include "tests/catch.h"

namespace dist_launcher_test {

using namespace strata;

namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// Variables of launchers, set for a while; all others that count are not.
class Environment {
 public:
  explicit Environment(const Variables& variables) {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE", "PMIX_RANK",
                             "SLURM_STEP_NUM_TASKS"}) {
      const char* value = std::getenv(name);
      before_.emplace_back(name, value == nullptr ? "" : value);
      ::unsetenv(name);
    }
    for (const auto& [name, value] : variables) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  Variables before_;
};

}  // namespace

TEST_CASE("Launchers are known by what they leave in the environment", "[dist]") {
  struct Case {
    Variables variables;
    int rank;
    int world_size;
  };
  const std::vector<Case> cases{
      {{{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "4"}}, 2, 4},
      {{{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}, {"PMIX_RANK", "0"}}, 0, 1},
      {{{"PMI_RANK", "1"}, {"PMI_SIZE", "3"}}, 1, 3},
      {{{"PMIX_RANK", "1"}, {"SLURM_STEP_NUM_TASKS", "16"}}, 1, 16},
      {{{"PMIX_RANK", "5"}}, 5, 6},
  };
  for (const Case& each : cases) {
    const Environment environment(each.variables);
    const auto process = launched();
    REQUIRE(process);
    CHECK(process->rank == each.rank);
    CHECK(process->world_size == each.world_size);
  }
}

TEST_CASE("No launcher, or a batch job's variables alone, is one process", "[dist]") {
  CHECK_FALSE([] {
    const Environment environment(Variables{});
    return launched();
  }());
  CHECK_FALSE([] {
    const Environment environment(Variables{{"SLURM_STEP_NUM_TASKS", "4"}});
    return launched();
  }());
  CHECK_FALSE([] {
    const Environment environment(Variables{{"PMI_RANK", "x"}});
    return launched();
  }());
}

TEST_CASE("One process gathers what it gives", "[dist]") {
  const auto alone = make_serial_communicator();
  CHECK(alone->rank() == 0);
  CHECK(alone->world_size() == 1);
  const std::vector<std::byte> mine{std::byte{3}, std::byte{4}};
  std::vector<std::byte> all(2);
  alone->all_gather(mine, all);
  CHECK(all == mine);
  CHECK_FALSE(alone->probe(Communicator::kAny, Communicator::kAny));
}

}  // namespace dist_launcher_test
