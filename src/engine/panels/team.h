// A team of threads that runs one job together, with barriers cheap enough for several a step.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "kernels/instruction_set.h"

namespace strata {

/// A counter that threads wait for, asleep. Unlike std::atomic's wait, it never yields: a thread that yields to another
/// program waits for all of its time slice.
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

/// The caller and threads - 1 workers, which start with the team and end with it. In a job all flush denormals and use
/// the team's instruction set; the caller has its own mode again afterwards. Waiting spins for a
/// bounded time and then sleeps, so that a loaded machine does not collapse: a thread whose waits end while it spins
/// keeps spinning, one that waits in vain soon sleeps at once and tries again from time to time. Where there are more
/// threads than CPUs, a thread yields instead of spinning, and sleeps at once for a while if another program takes the
/// CPU for long. A thread that finds itself on a CPU with more of the team than its share moves to another: as each
/// sleeps or yields while the other runs, the system sees no need to part them. After a fork between two jobs the
/// child, which has none of the workers, starts its own with its next job.
class Team {  // NOLINT(clang-analyzer-optin.performance.Padding): each counter has its own cache line
 public:
  /// Throws Error(failed) if the system does not give so many threads.
  explicit Team(int threads, kernels::InstructionSet newest = kernels::InstructionSet::automatic);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const { return size_; }

  /// Calls job(thread) on every thread at once, thread 0 being the caller; returns when all have returned.
  /// The job must not throw. One caller at a time.
  template <class Job>
  void run(Job&& job) {
    using Callable = std::remove_reference_t<Job>;
    start([](void* callable, int thread) { (*static_cast<Callable*>(callable))(thread); }, &job);
  }

  /// Within a job, by thread `thread`: returns when every thread has called it.
  void barrier(int thread);

 private:
  using Function = void (*)(void* callable, int thread);

  void start(Function function, void* callable);
  void work(int thread, std::uint32_t jobs_before);
  void start_workers();
  /// In a child of the process that started the workers: forgets them.
  void leave_workers_behind();
  /// Ends the workers; the team's last job must have returned.
  void stop();
  /// From something that was in vain: twice as long each time that it is in vain again soon.
  struct Rest {
    std::chrono::milliseconds length{};
    std::chrono::steady_clock::time_point end{};
    void begin(std::chrono::steady_clock::time_point now);
  };

  /// How one thread waits.
  struct alignas(64) Waiter {
    std::chrono::microseconds patience;  ///< it spins or yields before it sleeps
    unsigned waits = 0;
    Rest from_yields;          ///< after one that took long
    std::atomic<int> cpu{-1};  ///< where it ran when it last woke or began a job
    Rest from_moves;           ///< after each
    std::vector<int> taken;    ///< the team's CPUs, with room for all of them: nothing is allocated within a job
    Waiter();
  };

  /// Returns once `counter` is no longer `old`.
  void wait_past(AwaitedCounter& counter, std::uint32_t old, int thread);
  /// Whether it is so within `limit`, by a thread that gives its CPU to others meanwhile.
  static bool yield_past(const AwaitedCounter& counter, std::uint32_t old, std::chrono::microseconds limit,
                         Waiter& waiter);
  /// By a thread that woke or, in a crowd, begins a job: to a CPU that has fewer, if too many of the team have its own.
  void keep_apart(int thread);

  int size_;
  kernels::InstructionSet newest_;
  bool crowded_;  ///< more threads than CPUs, so that a waiting thread gives its CPU to the next
  int share_;     ///< threads that a CPU has if all have alike
  Function function_ = nullptr;
  void* callable_ = nullptr;
  alignas(64) AwaitedCounter jobs_;          ///< jobs started
  alignas(64) std::atomic<int> arrived_{0};  ///< threads at the barrier
  alignas(64) AwaitedCounter barriers_;      ///< barriers passed
  std::atomic<bool> stopping_{false};
  std::vector<Waiter> waiters_;  ///< of each thread
  std::vector<std::jthread> workers_;
  int process_;  ///< in which they live
};

}  // namespace strata
