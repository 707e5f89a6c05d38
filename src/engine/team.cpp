#include "engine/team.h"

#include <system_error>

#include "core/error.h"
#include "core/threads.h"
#include "kernels/denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace strata {

namespace {

/// Some 50 us: far longer than threads differ within a step, far shorter than a time slice.
constexpr int kSpins = 1000;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Team::Team(int threads) : size_(threads), spins_(threads <= available_threads() ? kSpins : 1) {
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
    function_ = function;
    callable_ = callable;
    jobs_.fetch_add(1);
    jobs_.notify_all();
  }
  function(callable, 0);
  barrier();
}

void Team::work(int thread) {
  kernels::flush_denormals();
  for (std::uint32_t job = 0;; ++job) {
    wait_past(jobs_, job);
    if (stopping_) {
      return;
    }
    function_(callable_, thread);
    barrier();
  }
}

void Team::barrier() {
  if (size_ == 1) {
    return;
  }
  const std::uint32_t passed = barriers_.load();
  if (arrived_.fetch_add(1) + 1 == size_) {
    arrived_ = 0;
    barriers_.fetch_add(1);
    barriers_.notify_all();
  } else {
    wait_past(barriers_, passed);
  }
}

void Team::wait_past(const std::atomic<std::uint32_t>& counter, std::uint32_t old) const {
  for (int spin = 0; spin < spins_; ++spin) {
    if (counter.load(std::memory_order_acquire) != old) {
      return;
    }
    pause();
  }
  counter.wait(old, std::memory_order_acquire);
}

}  // namespace strata
