#include "engine/team.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "core/error.h"
#include "core/threads.h"
#include "kernels/denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace strata {

namespace {

/// Longer than threads differ within a step, and than a sleeping thread takes to wake: else one late thread might send
/// the others to sleep, and those the next.
constexpr int kLongestSpin = 200;
constexpr int kShortestSpin = 2;
/// Of so many waits by a thread that sleeps at once, one spins as long as it may, to see whether times have changed.
constexpr unsigned kWaitsToRetry = 32;
/// Moving to another CPU takes some ten microseconds, in vain where others' programs push the thread back.
constexpr std::chrono::milliseconds kBetweenMoves(1);
/// Pauses between two looks at the clock: a microsecond or less.
constexpr int kPauses = 16;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Whether `counter` became other than `old` within `limit`; between looks other threads may run if `yield`.
bool spin_past(const std::atomic<std::uint32_t>& counter, std::uint32_t old, std::chrono::microseconds limit,
               bool yield) {
  const auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < kPauses; ++i) {
      if (counter.load(std::memory_order_acquire) != old) {
        return true;
      }
      yield ? std::this_thread::yield() : pause();
    }
  } while (std::chrono::steady_clock::now() - start < limit);
  return false;
}

}  // namespace

Team::Waiter::Waiter() : patience(kLongestSpin) {}

Team::Team(int threads)
    : size_(threads),
      crowded_(threads > available_threads()),
      share_((threads + affinity_cpus() - 1) / affinity_cpus()),
      waiters_(static_cast<std::size_t>(threads)) {
  for (Waiter& waiter : waiters_) {
    waiter.taken.resize(waiters_.size());
  }
  try {
    for (int thread = 1; thread < size_; ++thread) {
      workers_.emplace_back([this, thread] { work(thread); });
    }
  } catch (const std::system_error& error) {
    stop();
    throw failed_error("cannot start {} threads: {}; give a smaller --threads", size_, error.code().message());
  }
}

Team::~Team() { stop(); }

void Team::stop() {
  stopping_ = true;
  jobs_.fetch_add(1);
  jobs_.notify_all();
}

void Team::start(Function function, void* callable) {
  kernels::flush_denormals();
  if (size_ > 1) {
    waiters_.front().cpu = current_cpu();
    function_ = function;
    callable_ = callable;
    jobs_.fetch_add(1);
    jobs_.notify_all();
  }
  function(callable, 0);
  barrier(0);
}

void Team::work(int thread) {
  kernels::flush_denormals();
  for (std::uint32_t job = 0;; ++job) {
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
  const std::uint32_t passed = barriers_.load();
  if (arrived_.fetch_add(1) + 1 == size_) {
    arrived_ = 0;
    barriers_.fetch_add(1);
    barriers_.notify_all();
  } else {
    wait_past(barriers_, passed, thread);
  }
}

void Team::wait_past(const std::atomic<std::uint32_t>& counter, std::uint32_t old, int thread) {
  Waiter& waiter = waiters_[static_cast<std::size_t>(thread)];
  const bool retry = ++waiter.waits % kWaitsToRetry == 0;
  if (spin_past(counter, old, std::chrono::microseconds(retry ? kLongestSpin : waiter.patience), crowded_)) {
    waiter.patience = std::min(kLongestSpin, std::max(1, 2 * waiter.patience));
    return;
  }
  waiter.patience = std::min(kLongestSpin, std::max(kShortestSpin, waiter.patience / 2));
  counter.wait(old, std::memory_order_acquire);
  keep_apart(thread);
}

void Team::keep_apart(int thread) {
  Waiter& waiter = waiters_[static_cast<std::size_t>(thread)];
  waiter.cpu = current_cpu();
  const auto threads_on = [&](int cpu) {
    return std::ranges::count(waiters_, cpu, [](const Waiter& each) { return each.cpu.load(); });
  };
  const auto now = std::chrono::steady_clock::now();
  if (threads_on(waiter.cpu) <= share_ || now - waiter.moved < kBetweenMoves) {
    return;
  }
  std::ranges::transform(waiters_, waiter.taken.begin(), [&](const Waiter& each) {
    const int cpu = each.cpu;
    return threads_on(cpu) >= share_ ? cpu : -1;
  });
  leave_cpus(waiter.taken);
  waiter.cpu = current_cpu();
  waiter.moved = now;
}

}  // namespace strata
