#include "data/tbb/backend.h"

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_arena.h>
#include <tbb/version.h>

#include <algorithm>
#include <cassert>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STRATA_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif
#endif

namespace strata {

namespace {

/// Tells ThreadSanitizer, which cannot see inside TBB's library how tasks pass from thread to thread, that tasks begin
/// after what came before them and end before what comes after them, and nothing about two tasks.
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

class TbbThreads final : public ParallelBackend {
 public:
  /// In an arena of so many threads, but no more than TBB has, as it would warn on stderr.
  void within(int threads, const std::function<void()>& work) const override {
    assert(threads >= 1);
    tbb::task_arena(std::min(threads, tbb::info::default_concurrency())).execute(work);
  }

  /// Each a task of its own: they are files, or blocks of thousands of values.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& task) const override {
    TaskOrder order;
    tbb::parallel_for(
        std::size_t{0}, count, [&](std::size_t i) { order.run([&] { task(i); }); }, tbb::simple_partitioner());
  }

  void both(const std::function<void()>& first, const std::function<void()>& second) const override {
    TaskOrder order;
    tbb::parallel_invoke([&] { order.run(first); }, [&] { order.run(second); });
  }
};

}  // namespace

const ParallelBackend& tbb_threads() {
  static constinit const TbbThreads threads;
  return threads;
}

std::string tbb_version() { return TBB_runtime_version(); }

}  // namespace strata
