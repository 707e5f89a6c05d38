#include "engine/panels/awaited_counter.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

namespace strata {

namespace {

// The system sees the counter as the integer that it is.
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) &&
              std::atomic<std::uint32_t>::is_always_lock_free);

void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value) {
  ::syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

}  // namespace

// Either the waker sees the sleeper, or the sleeper, which counts itself first, sees the new value.
void AwaitedCounter::advance() {
  value_.fetch_add(1);
  if (sleepers_.load() > 0) {
    futex(value_, FUTEX_WAKE_PRIVATE, INT_MAX);
  }
}

void AwaitedCounter::sleep_past(std::uint32_t old) {
  sleepers_.fetch_add(1);
  while (value_.load() == old) {
    futex(value_, FUTEX_WAIT_PRIVATE, old);
  }
  sleepers_.fetch_sub(1);
}

}  // namespace strata
