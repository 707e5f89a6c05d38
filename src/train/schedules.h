// The groups' learning rates and updates in the course of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernels/optimizer_update.h"
#include "optim/schedule.h"
#include "train/train_config.h"

namespace strata {

/// A rate for each group's name, in the order of the groups.
using LearningRates = std::vector<std::pair<std::string, double>>;

/// How many steps a run takes if nothing ends it early: its epochs', or max_steps if that is less.
std::uint64_t horizon(const TrainConfig& config, std::size_t steps_per_epoch);

/// Each step's updates: a group's rate by its schedule, and what its optimizer does at that rate.
class GroupUpdates {
 public:
  /// Of a run of `horizon` steps.
  GroupUpdates(const TrainConfig& config, std::uint64_t horizon);

  /// From now on `set` has the last word on the rates at each update (from 1); it gets those of the schedules.
  void set_rates(std::function<void(std::uint64_t update, LearningRates& rates)> set) { set_rates_ = std::move(set); }

  /// From now on the optimizer of the group of that place has these.
  void set_rate_changes(std::size_t group, std::vector<RateChange> changes) {
    schedules_[group].set_changes(std::move(changes));
  }

  /// The groups' updates at update t (from 1), until the next call; rates() are theirs. The optimizers, but not the
  /// schedules, have made `earlier` updates before the run.
  std::span<const kernels::OptimizerUpdate> at(std::uint64_t t, std::span<const PlateauState> plateaus,
                                               std::uint64_t earlier = 0);
  /// Goes to the schedules' rates of that update.
  void go_to(std::uint64_t t, std::span<const PlateauState> plateaus) { schedule(rates_, t, plateaus); }
  const LearningRates& rates() const { return rates_; }

  /// The schedules' rates at that update, given each group's plateau state.
  LearningRates scheduled(std::uint64_t t, std::span<const PlateauState> plateaus) const;

 private:
  /// Sets `rates`, one a group, to the schedules'.
  void schedule(LearningRates& rates, std::uint64_t t, std::span<const PlateauState> plateaus) const;

  std::vector<LearningRate> schedules_;  ///< each group's
  std::vector<Updates> optimizers_;      ///< likewise
  std::optional<double> clip_value_;
  std::function<void(std::uint64_t, LearningRates&)> set_rates_;  ///< may be empty
  LearningRates rates_;
  std::vector<kernels::OptimizerUpdate> updates_;
};

}  // namespace strata
