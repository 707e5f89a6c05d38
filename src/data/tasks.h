// TBB's loops, told to ThreadSanitizer, which cannot see inside TBB's library how tasks pass from thread to thread.
#pragma once

#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STRATA_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif
#endif

namespace strata {

/// That tasks begin after what came before them and end before what comes after them, and nothing about two tasks.
class TaskOrder {
 public:
#ifdef STRATA_THREAD_SANITIZER
  TaskOrder() { __tsan_release(&begin_); }
  ~TaskOrder() { __tsan_acquire(&end_); }
  TaskOrder(const TaskOrder&) = delete;
  TaskOrder& operator=(const TaskOrder&) = delete;

  template <class Task>
  void run(const Task& task) {
    __tsan_acquire(&begin_);
    task();
    __tsan_release(&end_);
  }

 private:
  char begin_ = 0;
  char end_ = 0;
#else
  template <class Task>
  void run(const Task& task) {
    task();
  }
#endif
};

/// Calls task(i) for 0 <= i < count on the threads of TBB's arena, in parts that the partitioner chooses.
template <class Task, class Partitioner = tbb::auto_partitioner>
void run_tasks(std::size_t count, const Task& task, const Partitioner& partitioner = {}) {
  TaskOrder order;
  tbb::parallel_for(
      std::size_t{0}, count, [&](std::size_t i) { order.run([&] { task(i); }); }, partitioner);
}

/// Calls both, side by side where threads are free.
template <class First, class Second>
void run_both(const First& first, const Second& second) {
  TaskOrder order;
  tbb::parallel_invoke([&] { order.run(first); }, [&] { order.run(second); });
}

}  // namespace strata
