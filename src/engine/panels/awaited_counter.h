// A counter that threads wait for, asleep.
#pragma once

#include <atomic>
#include <cstdint>

namespace strata {

/// Unlike std::atomic's wait, it never yields: a thread that yields to another program waits for all of its time slice.
class AwaitedCounter {
 public:
  std::uint32_t value() const { return value_.load(std::memory_order_acquire); }
  /// By any thread: adds one and wakes who sleeps.
  void advance();
  /// Returns once value() is no longer `old`.
  void sleep_past(std::uint32_t old);

 private:
  std::atomic<std::uint32_t> value_{0};
  std::atomic<int> sleepers_{0};
};

}  // namespace strata
