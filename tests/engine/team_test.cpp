#include "engine/panels/team.h"

#include <vector>

#include "tests/catch.h"

namespace engine_team_test {

using namespace strata;

TEST_CASE("every thread of a team takes part in every job", "[engine]") {
  for (const int threads : {1, 2, 3, 4, 8, 16}) {
    CAPTURE(threads);
    constexpr int kJobs = 300;
    Team team(threads);
    REQUIRE(team.size() == threads);
    std::vector<int> calls(static_cast<std::size_t>(threads), 0);
    int by_caller = 0;
    for (int job = 0; job < kJobs; ++job) {
      team.run([&](int thread) { ++calls[static_cast<std::size_t>(thread)]; });
      by_caller += calls[0] == job + 1 ? 1 : 0;  // run has returned, so no thread may still be at it
    }
    CHECK(by_caller == kJobs);
    CHECK(calls == std::vector<int>(static_cast<std::size_t>(threads), kJobs));
  }
}

TEST_CASE("what threads wrote before a barrier is what all of them read after it", "[engine]") {
  for (int threads = 1; threads <= 16; ++threads) {
    CAPTURE(threads);
    const int rounds = threads <= 2 ? 3000 : 40;  // sleeping and waking take their time where threads outnumber CPUs
    Team team(threads);
    const auto size = static_cast<std::size_t>(threads);
    std::vector<int> written(size, -1);
    std::vector<int> stale(size, 0);
    for (int job = 0; job < 3; ++job) {
      team.run([&](int thread) {
        for (int round = 0; round < rounds; ++round) {
          written[static_cast<std::size_t>(thread)] = round;
          team.barrier(thread);
          for (const int value : written) {
            stale[static_cast<std::size_t>(thread)] += value == round ? 0 : 1;
          }
          team.barrier(thread);
        }
      });
    }
    CHECK(stale == std::vector<int>(size, 0));
  }
}

TEST_CASE("a team without a job ends", "[engine]") {
  for (const int threads : {1, 2, 16}) {
    Team team(threads);
    CHECK(team.size() == threads);
  }
}

}  // namespace engine_team_test
