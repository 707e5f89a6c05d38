#include <thread>
#include <vector>

#include "engine/panels/team.h"
#include "tests/catch.h"

namespace engine_awaited_counter_test {

using namespace strata;

TEST_CASE("a counter that has advanced lets nobody sleep", "[engine]") {
  AwaitedCounter counter;
  counter.advance();
  counter.sleep_past(0);
  CHECK(counter.value() == 1);
}

TEST_CASE("every thread that sleeps wakes when a counter advances", "[engine]") {
  constexpr int kThreads = 4;
  constexpr std::uint32_t kRounds = 500;
  AwaitedCounter go;
  AwaitedCounter done;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (std::uint32_t round = 0; round < kRounds; ++round) {
        go.sleep_past(round);
        done.advance();
      }
    });
  }
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    go.advance();
    for (std::uint32_t seen = done.value(); seen < (round + 1) * kThreads; seen = done.value()) {
      done.sleep_past(seen);
    }
  }
  CHECK(done.value() == kRounds * kThreads);
}

}  // namespace engine_awaited_counter_test
