#include "engine/panels/team.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <system_error>

#include "core/error.h"
#include "core/threads.h"
#include "kernels/denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace strata {

namespace {

// The system sees the counter as the integer that it is.
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) &&
              std::atomic<std::uint32_t>::is_always_lock_free);

void futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value) {
  ::syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

/// Longer than threads differ within a step, and than a sleeping thread takes to wake: else one late thread might send
/// the others to sleep, and those the next.
constexpr std::chrono::microseconds kLongestSpin(200);
constexpr std::chrono::microseconds kShortestSpin(2);
/// Of so many waits by a thread that sleeps at once, one spins as long as it may, to see whether times have changed.
constexpr unsigned kWaitsToRetry = 32;
/// Looks at a counter between two at the clock: a microsecond or less, if none yields.
constexpr int kLooks = 16;
/// No step of a small network waits for so long for others of the team, and to a large one sleeping costs nothing.
constexpr std::chrono::milliseconds kLongYield(1);
/// Moving to another CPU takes some ten microseconds, in vain if other programs are busy there and the system brings
/// the thread back; yielding to one of those takes its time slice, some milliseconds.
constexpr std::chrono::milliseconds kShortestRest(2);
constexpr std::chrono::milliseconds kLongestRest(256);
constexpr int kSoon = 4;  ///< rests

using Clock = std::chrono::steady_clock;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Whether `counter` became other than `old` within `limit`, looked at between calls of give_way().
template <class GiveWay>
bool past_within(const AwaitedCounter& counter, std::uint32_t old, std::chrono::microseconds limit, GiveWay give_way) {
  const auto start = Clock::now();
  do {
    for (int i = 0; i < kLooks; ++i) {
      if (counter.value() != old) {
        return true;
      }
      give_way();
    }
  } while (Clock::now() - start < limit);
  return false;
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

void Team::Rest::begin(Clock::time_point now) {
  length = now - end < kSoon * length ? std::min(kLongestRest, 2 * length) : kShortestRest;
  end = now + length;
}

Team::Waiter::Waiter() : patience(kLongestSpin) {}

Team::Team(int threads, kernels::InstructionSet newest)
    : size_(threads),
      newest_(newest),
      crowded_(threads > 1 && threads > available_threads()),
      share_((threads + affinity_cpus() - 1) / affinity_cpus()),
      waiters_(static_cast<std::size_t>(threads)),
      process_(::getpid()) {
  for (Waiter& waiter : waiters_) {
    waiter.taken.resize(waiters_.size());
  }
  start_workers();
}

Team::~Team() {
  if (process_ != ::getpid()) {
    leave_workers_behind();
  }
  stop();
}

void Team::start_workers() {
  const SignalsBlocked blocked;  // they are for the threads of whoever has this process
  const std::uint32_t jobs = jobs_.value();
  try {
    for (int thread = 1; thread < size_; ++thread) {
      workers_.emplace_back([this, thread, jobs] { work(thread, jobs); });
    }
  } catch (const std::system_error& error) {
    stop();
    throw failed_error("cannot start {} threads: {}; give a smaller ‹threads›", size_, error.code().message());
  }
}

void Team::leave_workers_behind() {
  // Nobody can join or detach them.
  // cppcheck-suppress leakReturnValNotUsed
  static_cast<void>(new std::vector<std::jthread>(std::move(workers_)));
  workers_.clear();
  process_ = ::getpid();
}

void Team::stop() {
  stopping_ = true;
  jobs_.advance();
}

void Team::start(Function function, void* callable) {
  const kernels::DenormalsFlushed flushed;
  const kernels::InstructionSetScope instructions(newest_);
  if (size_ > 1) {
    if (process_ != ::getpid()) {
      leave_workers_behind();
      start_workers();
    }
    waiters_.front().cpu = current_cpu();
    function_ = function;
    callable_ = callable;
    jobs_.advance();
  }
  function(callable, 0);
  barrier(0);
}

void Team::work(int thread, std::uint32_t jobs_before) {
  kernels::flush_denormals();
  const kernels::InstructionSetScope instructions(newest_);
  for (std::uint32_t job = jobs_before;; ++job) {
    wait_past(jobs_, job, thread);
    if (stopping_) {
      return;
    }
    if (crowded_) {
      keep_apart(thread);
    }
    function_(callable_, thread);
    barrier(thread);
  }
}

void Team::barrier(int thread) {
  if (size_ == 1) {
    return;
  }
  const std::uint32_t passed = barriers_.value();
  if (arrived_.fetch_add(1) + 1 == size_) {
    arrived_ = 0;
    barriers_.advance();
  } else {
    wait_past(barriers_, passed, thread);
  }
}

void Team::wait_past(AwaitedCounter& counter, std::uint32_t old, int thread) {
  Waiter& waiter = waiters_[static_cast<std::size_t>(thread)];
  const bool retry = ++waiter.waits % kWaitsToRetry == 0;
  const auto limit = retry ? kLongestSpin : waiter.patience;
  if (crowded_ ? yield_past(counter, old, limit, waiter) : past_within(counter, old, limit, pause)) {
    waiter.patience = std::min(kLongestSpin, 2 * waiter.patience);
    return;
  }
  waiter.patience = std::max(kShortestSpin, waiter.patience / 2);
  counter.sleep_past(old);
  keep_apart(thread);
}

bool Team::yield_past(const AwaitedCounter& counter, std::uint32_t old, std::chrono::microseconds limit,
                      Waiter& waiter) {
  const auto start = Clock::now();
  if (start < waiter.from_yields.end) {
    return false;
  }
  const bool past = past_within(counter, old, limit, std::this_thread::yield);
  if (const auto now = Clock::now(); now - start > kLongYield) {
    waiter.from_yields.begin(now);
  }
  return past;
}

void Team::keep_apart(int thread) {
  Waiter& waiter = waiters_[static_cast<std::size_t>(thread)];
  waiter.cpu = current_cpu();
  const auto threads_on = [&](int cpu) {
    return std::ranges::count(waiters_, cpu, [](const Waiter& each) { return each.cpu.load(); });
  };
  const auto now = Clock::now();
  if (threads_on(waiter.cpu) <= share_ || now < waiter.from_moves.end) {
    return;
  }
  std::ranges::transform(waiters_, waiter.taken.begin(), [&](const Waiter& each) {
    const int cpu = each.cpu;
    return threads_on(cpu) >= share_ ? cpu : -1;
  });
  leave_cpus(waiter.taken);
  waiter.cpu = current_cpu();
  waiter.from_moves.begin(now);
}

}  // namespace strata
