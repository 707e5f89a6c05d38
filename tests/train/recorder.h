// An observer that remembers a run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/train/small_source.h"
#include "train/trainer.h"

namespace strata::test {

/// Keeps all that a run tells, and in what order: r(un), s(tep), e(poch), f(inal result).
class Recorder final : public Observer {
 public:
  bool wants_update_ratios() const override { return update_ratios; }
  void on_run(const RunInfo& info) override {
    order += 'r';
    train_rows = info.train_rows;
    validation_rows = info.validation_rows;
    test_rows = info.test_rows;
    parameters = info.parameters;
    steps_per_epoch = info.steps_per_epoch;
  }
  void on_step(const StepInfo& info) override {
    order += 's';
    steps.push_back(info);
    steps.back().learning_rates = {};  // a view of the trainer's
    std::vector<double>& last = rates.emplace_back();
    for (const auto& [group, rate] : info.learning_rates) {
      last.push_back(rate);
    }
  }
  void on_epoch(const EpochInfo& info) override {
    order += 'e';
    epochs.push_back(info);
  }
  void on_result(const RunResult& info) override {
    order += 'f';
    result = info;
  }

  bool update_ratios = false;  ///< whether to ask for them
  std::string order;
  std::size_t train_rows = 0;
  std::size_t validation_rows = 0;
  std::size_t test_rows = 0;
  std::size_t parameters = 0;
  std::size_t steps_per_epoch = 0;
  std::vector<StepInfo> steps;
  std::vector<std::vector<double>> rates;  ///< of each step, the groups'
  std::vector<EpochInfo> epochs;
  RunResult result;
};

struct Run {
  Recorder heard;
  RunResult result;
};

inline Run run(const TrainConfig& config, const DataSource& source, const std::function<bool()>& stop = never) {
  Run r;
  Trainer trainer(config, source);
  Observer* const observers[] = {&r.heard};
  r.result = trainer.run(observers, stop);
  return r;
}

/// The same until so many steps are made.
inline Run run_until(std::uint64_t step, const TrainConfig& config, const DataSource& source) {
  Run r;
  Trainer trainer(config, source);
  Observer* const observers[] = {&r.heard};
  r.result = trainer.run(observers, [&] { return r.heard.steps.size() >= step; });
  return r;
}

}  // namespace strata::test
