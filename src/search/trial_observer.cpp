#include "search/trial_observer.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/text.h"

namespace strata {

namespace {

/// Where the numbers stopped being finite, at which rates, and what the loss was before.
std::string reason(const Divergence& divergence, double finite_loss) {
  std::string rates;
  for (const auto& [group, rate] : divergence.learning_rates) {
    rates += fmt::format("{}{} {}", rates.empty() ? "" : ", ", group, rate);
  }
  return fmt::format("{}; epoch {}, learning rates {}; the last finite loss was {:.4g}", divergence_place(divergence),
                     divergence.epoch, rates, finite_loss);
}

}  // namespace

void TrialObserver::on_step(const StepInfo& step) {
  steps_ = step.global_step;
  finite_loss_ = std::isfinite(step.loss) ? step.loss : finite_loss_;
}

void TrialObserver::on_epoch(const EpochInfo& epoch) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  best_weights_hash_ = epoch.weights_hash.empty() ? best_weights_hash_ : epoch.weights_hash;
  for (const auto& [name, value] : figures_of(epoch)) {
    std::vector<double>& values = curve_[name];
    values.resize(epoch.epoch - 1, kNone);  // epochs that lacked it
    values.push_back(value);
  }
  for (auto& [name, values] : curve_) {
    values.resize(epoch.epoch, kNone);
  }
}

TrialRecord TrialObserver::record(const Trial& trial, const RunResult& result) const {
  TrialRecord record = empty_record(trial);
  if (result.status == RunStatus::diverged) {
    record.status = TrialStatus::diverged;
    record.reason = reason(result.divergence.value(), finite_loss_);
  }
  record.seconds = result.seconds;
  record.weights_hash = result.weights_hash;
  record.figures = figures_of(result);
  return record;
}

TrialRecord TrialObserver::failure(const Trial& trial, const std::string& reason) const {
  TrialRecord record = empty_record(trial);
  record.status = TrialStatus::failed;
  record.reason = utf8_text(reason);
  return record;
}

TrialRecord TrialObserver::empty_record(const Trial& trial) const {
  TrialRecord record;
  record.key = trial.key;
  record.point = trial.point;
  record.options = trial.options;
  record.command = trial.command;
  record.best_command = trial.best_command;
  record.best_weights_hash = best_weights_hash_;
  record.steps = steps_;
  record.curve = curve_;
  return record;
}

}  // namespace strata
