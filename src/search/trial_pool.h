// Runs trials side by side, each in one thread.
#pragma once

#include <functional>
#include <span>

#include "search/trial.h"

namespace strata {

/// Hears of trials, one call at a time, from any thread. What it throws ends the pool.
class TrialListener {
 public:
  virtual ~TrialListener() = default;
  virtual void on_start(const Trial&) {}
  virtual void on_end(const Trial&, const TrialRecord&) {}
};

/// Runs every trial, at most `jobs` (at least 1) at once, in the order given. An exception of a trial becomes its
/// record. Once stop_requested() is true, trials under way are dropped, without a record, and no other starts.
/// Figures do not depend on `jobs`; the order of the ends may. Throws what `listener` throws.
void run_trials(std::span<const Trial> trials, std::size_t jobs, TrialListener& listener,
                const std::function<bool()>& stop_requested);

}  // namespace strata
