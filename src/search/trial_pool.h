// Runs trials side by side, each in one thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>

#include "search/trial.h"

namespace strata {

/// Hears of trials, one call at a time, from any thread. What it throws ends the pool.
class TrialListener {
 public:
  virtual ~TrialListener() = default;
  /// So many trials more are to come, of so many epochs each.
  virtual void expect(std::size_t /*trials*/, std::uint32_t /*epochs*/) {}
  /// One of them need not run: it has before.
  virtual void skip(const Trial&, const TrialRecord&) {}
  virtual void on_start(const Trial&) {}
  virtual void on_end(const Trial&, const TrialRecord&) {}
};

/// Trials in the order given, for everyone who runs some of them. Any thread may call.
class TrialQueue {
 public:
  /// All that it is given must outlive it.
  TrialQueue(std::span<const Trial> trials, TrialListener& listener, const std::function<bool()>& stop_requested)
      : trials_(trials), listener_(listener), stop_requested_(stop_requested) {}

  /// The next trial, of which the listener hears; null if none is left or no other may start.
  const Trial* take();
  /// Gives a trial that was taken back: with its record, of which the listener hears, or stopped on its way.
  void give_back(const Trial& trial, const std::optional<TrialRecord>& record);

  /// Whether all trials that may start have, and have been given back.
  bool is_done() const;

  /// Whether trials under way are to be dropped.
  bool stopped() const { return failed_ || stop_requested_(); }
  /// Ends the pool with the exception that is being handled.
  void fail();
  /// Throws the exception that has ended the pool, if one has.
  void rethrow() const;

 private:
  std::span<const Trial> trials_;
  TrialListener& listener_;
  const std::function<bool()>& stop_requested_;
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;  ///< of listener_ and what follows
  std::size_t next_ = 0;
  std::size_t under_way_ = 0;
  std::exception_ptr failure_;
};

/// Others who run trials beside this process's threads.
class TrialPartners {
 public:
  virtual ~TrialPartners() = default;
  /// Takes trials and gives them back, until the queue is done. Called in the thread of run_trials. What it throws ends
  /// the pool.
  virtual void share(TrialQueue& trials) = 0;
};

/// Runs a trial in this thread. An exception becomes its record; nothing if it was stopped on its way.
std::optional<TrialRecord> run_trial(const Trial& trial, const std::function<bool()>& stop_requested);

/// Runs every trial, in the order given, at most `jobs` (at least 1) at once here and others by `partners`, who may be
/// null. Once stop_requested() is true, which any thread may ask, trials under way are dropped, without a record, and
/// no other starts. Figures do not depend on who runs a trial; the order of the ends may. Throws what `listener`
/// throws.
void run_trials(std::span<const Trial> trials, std::size_t jobs, TrialListener& listener,
                const std::function<bool()>& stop_requested, TrialPartners* partners = nullptr);

}  // namespace strata
