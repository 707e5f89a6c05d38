// Listens to a trial's run and makes its record.
#pragma once

#include "search/trial.h"

namespace strata {

class TrialObserver : public Observer {
 public:
  bool wants_best_weights_hash() const override { return true; }
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;

  /// The record of a trial that gave this result. It was not interrupted.
  TrialRecord record(const Trial& trial, const RunResult& result) const;
  /// The record of a trial that ended by an exception that says `reason`.
  TrialRecord failure(const Trial& trial, const std::string& reason) const;

 private:
  TrialRecord empty_record(const Trial& trial) const;

  std::uint64_t steps_ = 0;
  double finite_loss_ = 0;  ///< the last that was finite
  std::string best_weights_hash_;
  Curve curve_;
};

}  // namespace strata
