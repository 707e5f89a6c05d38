#include "data/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "core/threads.h"

namespace strata {

namespace {

constinit std::atomic<const ParallelBackend*> chosen_backend = nullptr;

/// Threads that what the calling thread starts may take, itself included.
constinit thread_local int allowed = 1;

/// While it lives.
class Allowed {
 public:
  explicit Allowed(int threads) : before_(allowed) { allowed = threads; }
  ~Allowed() { allowed = before_; }
  Allowed(const Allowed&) = delete;
  Allowed& operator=(const Allowed&) = delete;

 private:
  int before_;
};

/// The first of what several threads throw.
class FirstFault {
 public:
  template <class Work>
  void catching(const Work& work) {
    try {
      work();
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!fault_) {
        fault_ = std::current_exception();
      }
      thrown_ = true;
    }
  }
  bool thrown() const { return thrown_; }
  void rethrow() const {
    if (fault_) {
      std::rethrow_exception(fault_);
    }
  }

 private:
  std::mutex mutex_;
  std::exception_ptr fault_;
  std::atomic<bool> thrown_ = false;
};

/// Starts `count` threads that call work(), or as many as the system gives.
template <class Work>
std::vector<std::jthread> start(std::size_t count, const Work& work) {
  if (count == 0) {  // as for a row that is predicted, which need not touch signals
    return {};
  }
  const SignalsBlocked blocked;
  std::vector<std::jthread> threads;
  threads.reserve(count);
  try {
    while (threads.size() < count) {
      threads.emplace_back(work);
    }
  } catch (const std::system_error&) {  // the caller does their share
  }
  return threads;
}

class OwnThreads final : public ParallelBackend {
 public:
  void within(int threads, const std::function<void()>& work) const override {
    const Allowed limit(threads);
    work();
  }

  void for_each(std::size_t count, const std::function<void(std::size_t)>& task) const override {
    const std::size_t threads = std::min(static_cast<std::size_t>(allowed), count);
    std::atomic<std::size_t> next = 0;
    FirstFault fault;
    const auto take = [&] {
      const Allowed alone(1);
      for (std::size_t i = next++; i < count && !fault.thrown(); i = next++) {
        fault.catching([&] { task(i); });
      }
    };
    {
      const std::vector<std::jthread> others = start(threads > 0 ? threads - 1 : 0, take);
      take();
    }
    fault.rethrow();
  }

  void both(const std::function<void()>& first, const std::function<void()>& second) const override {
    FirstFault fault;
    const int half = allowed / 2;
    {
      const std::vector<std::jthread> other = start(half > 0 ? 1 : 0, [&, half] {
        const Allowed its(half);
        fault.catching(second);
      });
      const Allowed mine(other.empty() ? allowed : allowed - half);
      fault.catching(first);
      if (other.empty()) {
        fault.catching(second);
      }
    }
    fault.rethrow();
  }
};

}  // namespace

void use_parallel_backend(const ParallelBackend& backend) { chosen_backend = &backend; }

const ParallelBackend& parallel_backend() {
  const ParallelBackend* const backend = chosen_backend;
  return backend != nullptr ? *backend : own_threads();
}

const ParallelBackend& own_threads() {
  static constinit const OwnThreads threads;
  return threads;
}

}  // namespace strata
