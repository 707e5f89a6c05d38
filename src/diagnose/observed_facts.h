// A run that goes on, as diagnoses look at it: the same facts as its metrics have.
#pragma once

#include <nlohmann/json.hpp>

#include "diagnose/run_facts.h"
#include "train/observer.h"

namespace strata {

class ObservedFacts : public Observer {
 public:
  /// `config` has every option of the run by its key.
  explicit ObservedFacts(const nlohmann::ordered_json& config);

  bool wants_update_ratios() const override { return true; }
  void on_run(const RunInfo& run) override;
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;
  void on_result(const RunResult& result) override;

  /// Without data and test. Of a run of more than kMostSteps without steps, too: from then on nothing is kept.
  const RunFacts& facts() const { return facts_; }

 private:
  static constexpr std::size_t kMostSteps = 2'000'000;
  RunFacts facts_;
};

}  // namespace strata
