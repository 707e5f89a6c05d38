// Work that several threads share while data are read and measured, whoever brings the threads.
//
// A program chooses a backend once: TBB's (data/tbb/backend.h), if it links that, else threads of our own, which start
// and end with each piece of work. What is computed depends on neither.
#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace strata {

/// An exception that a piece of work throws reaches whoever waits for it; of several, any one of them.
class ParallelBackend {
 public:
  virtual ~ParallelBackend() = default;
  /// Calls work() so that what it starts by the two below takes `threads` threads at most, at least 1.
  virtual void within(int threads, const std::function<void()>& work) const = 0;
  /// Calls task(i) once for every i < count.
  virtual void for_each(std::size_t count, const std::function<void(std::size_t)>& task) const = 0;
  /// Calls both, side by side where a thread is free.
  virtual void both(const std::function<void()>& first, const std::function<void()>& second) const = 0;
};

/// From now on. The backend lives as long as the process.
void use_parallel_backend(const ParallelBackend& backend);
/// The one chosen, or that of our own threads.
const ParallelBackend& parallel_backend();

/// Threads of our own.
const ParallelBackend& own_threads();

/// work(), with run_tasks and run_both inside it on up to `threads` threads. Returns what it returns.
template <class Work>
auto on_threads(int threads, const Work& work) {
  if constexpr (std::is_void_v<std::invoke_result_t<const Work&>>) {
    parallel_backend().within(threads, std::cref(work));
  } else {
    std::invoke_result_t<const Work&> result;
    parallel_backend().within(threads, [&] { result = work(); });
    return result;
  }
}

/// Calls task(i) for 0 <= i < count, side by side within on_threads.
template <class Task>
void run_tasks(std::size_t count, const Task& task) {
  parallel_backend().for_each(count, std::cref(task));
}

/// Calls both, side by side where threads are free.
template <class First, class Second>
void run_both(const First& first, const Second& second) {
  parallel_backend().both(std::cref(first), std::cref(second));
}

}  // namespace strata
