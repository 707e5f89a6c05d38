// planted MISTAKE: makes one mistake that a sanitizer must report, in the ways in which Strata could make it.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "core/tensor.h"
#include "data/tbb/backend.h"
#include "engine/panels/team.h"
#include "kernels/onednn/threads.h"

namespace strata {

namespace {

constexpr int kThreads = 2;
constexpr std::size_t kRounds = 100;

struct Mistake {
  std::string_view name;
  void (*make)();
};

/// Each thread reads what the other one wrote, without a barrier between.
void race_of_team() {
  Team team(kThreads);
  std::vector<float> values(kThreads);
  std::vector<float> sums(kThreads);
  team.run([&](int thread) {
    const auto own = static_cast<std::size_t>(thread);
    for (std::size_t round = 0; round < kRounds; ++round) {
      values[own] += 1.0F;
      sums[own] += values[1 - own];
    }
  });
  std::printf("%g\n", static_cast<double>(sums[0]));
}

/// The same on oneDNN's threads.
void race_of_openmp() {
  std::vector<float> values(kThreads);
  for (std::size_t round = 0; round < kRounds; ++round) {
    kernels::onednn::parallel(kThreads, [&](int, int) { values[0] += 1.0F; });
  }
  std::printf("%g\n", static_cast<double>(values[0]));
}

/// Two tasks that add to one sum. They wait for each other, or a while, in a way that orders nothing.
void race_of_tasks() {
  std::size_t sum = 0;
  std::atomic<int> arrived = 0;
  const auto add = [&](std::size_t i) {
    arrived.fetch_add(1, std::memory_order_relaxed);
    for (int turn = 0; turn < 1000 && arrived.load(std::memory_order_relaxed) < kThreads; ++turn) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    sum += i;
  };
  on_threads(kThreads, [&] { run_tasks(kThreads, add); });
  std::printf("%zu\n", sum);
}

/// What is aligned has room behind it, which nobody may read.
void overflow() {
  AlignedVector<float> values(100);
  const volatile std::size_t behind = values.size();
  std::printf("%g\n", static_cast<double>(values.data()[behind]));
}

void use_after_free() {
  std::span<float> view;
  {
    AlignedVector<float> values(100);
    view = values;
  }
  std::printf("%g\n", static_cast<double>(view[3]));
}

void leak() {
  AlignedVector<float>* volatile values = nullptr;
  for (std::size_t size = 100; size < 110; ++size) {  // the last one may still stand on the stack
    values = new AlignedVector<float>(size);
    std::printf("%zu\n", values->size());
  }
  values = nullptr;
}

void undefined() {
  const volatile int most = std::numeric_limits<int>::max();
  std::printf("%d\n", most + 1);
}

constexpr Mistake kMistakes[] = {
    {"race-of-team", race_of_team}, {"race-of-openmp", race_of_openmp}, {"race-of-tasks", race_of_tasks},
    {"overflow", overflow},         {"use-after-free", use_after_free}, {"leak", leak},
    {"undefined", undefined}};

}  // namespace

}  // namespace strata

int main(int, char** arguments) {
  strata::use_parallel_backend(strata::tbb_threads());
  for (const strata::Mistake& mistake : strata::kMistakes) {
    if (arguments[1] != nullptr && mistake.name == arguments[1]) {
      mistake.make();
      return 0;
    }
  }
  std::fputs("usage: planted MISTAKE\n", stderr);
  return 2;
}
