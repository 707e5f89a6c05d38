#include "search/trial_pool.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/threads.h"

namespace strata {

namespace {

/// Takes trials until none is left.
void work(TrialQueue& trials) {
  const std::function<bool()> stopped = [&] { return trials.stopped(); };
  try {
    while (const Trial* trial = trials.take()) {
      std::optional<TrialRecord> record;
      try {
        record = run_trial(*trial, stopped);
      } catch (...) {
        trials.give_back(*trial, {});  // or partners would wait for it
        throw;
      }
      trials.give_back(*trial, record);
    }
  } catch (...) {
    trials.fail();
  }
}

}  // namespace

const Trial* TrialQueue::take() {
  const std::scoped_lock lock(mutex_);
  if (stopped() || next_ == trials_.size()) {
    return nullptr;
  }
  listener_.on_start(trials_[next_]);
  ++under_way_;
  return &trials_[next_++];
}

void TrialQueue::give_back(const Trial& trial, const std::optional<TrialRecord>& record) {
  const std::scoped_lock lock(mutex_);
  --under_way_;
  if (record) {
    listener_.on_end(trial, *record);
  }
}

bool TrialQueue::is_done() const {
  const std::scoped_lock lock(mutex_);
  return under_way_ == 0 && (stopped() || next_ == trials_.size());
}

void TrialQueue::fail() {
  const std::scoped_lock lock(mutex_);
  failure_ = std::current_exception();
  failed_ = true;
}

void TrialQueue::rethrow() const {
  const std::scoped_lock lock(mutex_);
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

std::optional<TrialRecord> run_trial(const Trial& trial, const std::function<bool()>& stop_requested) {
  TrialObserver observer;
  const std::array<Observer*, 1> observers{&observer};
  try {
    const RunResult result = trial.run(observers, stop_requested);
    return result.status == RunStatus::interrupted ? std::nullopt : std::optional(observer.record(trial, result));
  } catch (const std::bad_alloc&) {
    return observer.failure(trial, "out of memory");
  } catch (const std::exception& error) {
    return observer.failure(trial, error.what());
  }
}

void run_trials(std::span<const Trial> trials, std::size_t jobs, TrialListener& listener,
                const std::function<bool()>& stop_requested, TrialPartners* partners) {
  TrialQueue queue(trials, listener, stop_requested);
  {
    std::vector<std::jthread> threads;
    threads.reserve(jobs);
    try {
      const SignalsBlocked blocked;
      for (std::size_t job = 0; job < std::min(jobs, trials.size()); ++job) {
        threads.emplace_back([&queue] { work(queue); });
      }
    } catch (const std::system_error& error) {
      if (threads.empty()) {  // fewer than asked for do as well
        throw failed_error("cannot start a thread: {}", error.code().message());
      }
    }
    if (partners != nullptr) {
      try {
        partners->share(queue);
      } catch (...) {
        queue.fail();
      }
    }
  }
  queue.rethrow();
}

}  // namespace strata
