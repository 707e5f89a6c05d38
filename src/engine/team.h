// A team of threads that runs one job together, with barriers cheap enough for several a step.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace strata {

/// The caller and threads - 1 workers, which start with the team, flush denormals, and end with it. Waiting spins for a
/// bounded time and then sleeps, so that a loaded machine does not collapse: a thread whose waits end while it spins
/// keeps spinning, one that waits in vain soon sleeps at once and tries again from time to time. A thread that finds
/// itself on a CPU with more of the team than its share moves to another: as each sleeps or yields while the other
/// runs, the system sees no need to part them.
class Team {  // NOLINT(clang-analyzer-optin.performance.Padding): each counter has its own cache line
 public:
  /// Throws Error(failed) if the system does not give so many threads.
  explicit Team(int threads);
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
  void work(int thread);
  /// Ends the workers; the team's last job must have returned.
  void stop();
  /// How one thread waits.
  struct alignas(64) Waiter {
    int patience;  ///< microseconds that it spins before it sleeps
    unsigned waits = 0;
    std::atomic<int> cpu{-1};  ///< where it ran when it last woke or began a job
    std::chrono::steady_clock::time_point moved{};
    std::vector<int> taken;  ///< the team's CPUs, with room for all of them: nothing is allocated within a job
    Waiter();
  };

  /// Returns once `counter` is no longer `old`.
  void wait_past(const std::atomic<std::uint32_t>& counter, std::uint32_t old, int thread);
  /// By a thread that woke or, in a crowd, begins a job: to a CPU that has fewer, if too many of the team have its own.
  void keep_apart(int thread);

  int size_;
  bool crowded_;  ///< more threads than CPUs, so that a waiting thread gives its CPU to the next
  int share_;     ///< threads that a CPU has if all have alike
  Function function_ = nullptr;
  void* callable_ = nullptr;
  alignas(64) std::atomic<std::uint32_t> jobs_{0};      ///< jobs started
  alignas(64) std::atomic<int> arrived_{0};             ///< threads at the barrier
  alignas(64) std::atomic<std::uint32_t> barriers_{0};  ///< barriers passed
  std::atomic<bool> stopping_{false};
  std::vector<Waiter> waiters_;  ///< of each thread
  std::vector<std::jthread> workers_;
};

}  // namespace strata
