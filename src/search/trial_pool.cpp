#include "search/trial_pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.h"
#include "search/trial_observer.h"

namespace strata {

namespace {

class Pool {
 public:
  Pool(std::span<const Trial> trials, TrialListener& listener, const std::function<bool()>& stop_requested)
      : trials_(trials), listener_(listener), stop_requested_(stop_requested) {}

  /// Takes trials until none is left; runs in each thread.
  void work() {
    try {
      for (std::size_t i = next_++; i < trials_.size() && !stopped(); i = next_++) {
        tell([&] { listener_.on_start(trials_[i]); });
        if (const auto record = run(trials_[i])) {
          tell([&] { listener_.on_end(trials_[i], *record); });
        }
      }
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      failure_ = std::current_exception();
      failed_ = true;
    }
  }

  void rethrow() const {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
  }

 private:
  bool stopped() const { return failed_ || stop_requested_(); }

  template <class Function>
  void tell(Function function) {
    const std::scoped_lock lock(mutex_);
    function();
  }

  /// Nothing if the trial was stopped on its way.
  std::optional<TrialRecord> run(const Trial& trial) const {
    TrialObserver observer;
    const std::array<Observer*, 1> observers{&observer};
    try {
      const RunResult result = trial.run(observers, [this] { return stopped(); });
      return result.status == RunStatus::interrupted ? std::nullopt : std::optional(observer.record(trial, result));
    } catch (const std::bad_alloc&) {
      return observer.failure(trial, "out of memory");
    } catch (const std::exception& error) {
      return observer.failure(trial, error.what());
    }
  }

  std::span<const Trial> trials_;
  TrialListener& listener_;
  const std::function<bool()>& stop_requested_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  ///< of listener_ and failure_
  std::exception_ptr failure_;
};

}  // namespace

void run_trials(std::span<const Trial> trials, std::size_t jobs, TrialListener& listener,
                const std::function<bool()>& stop_requested) {
  Pool pool(trials, listener, stop_requested);
  {
    std::vector<std::jthread> threads;
    threads.reserve(jobs);
    try {
      for (std::size_t job = 0; job < std::min(jobs, trials.size()); ++job) {
        threads.emplace_back([&pool] { pool.work(); });
      }
    } catch (const std::system_error& error) {
      if (threads.empty()) {  // fewer than asked for do as well
        throw failed_error("cannot start a thread: {}", error.code().message());
      }
    }
  }
  pool.rethrow();
}

}  // namespace strata
