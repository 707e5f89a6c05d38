#include "train/schedules.h"

#include <algorithm>

namespace strata {

std::uint64_t horizon(const TrainConfig& config, std::size_t steps_per_epoch) {
  const std::uint64_t steps = std::uint64_t{config.epochs} * steps_per_epoch;
  return config.max_steps ? std::min(steps, *config.max_steps) : steps;
}

GroupUpdates::GroupUpdates(const TrainConfig& config, std::uint64_t horizon)
    : clip_value_(config.clip_value), updates_(config.groups.size()) {
  for (const ParameterGroup& group : config.groups) {
    schedules_.emplace_back(group.optimizer, horizon);
    optimizers_.push_back(group.optimizer.updates(config.convention));
    rates_.emplace_back(group.name, base_learning_rate(group.optimizer));
  }
}

std::span<const kernels::OptimizerUpdate> GroupUpdates::at(std::uint64_t t, std::span<const PlateauState> plateaus,
                                                           std::uint64_t earlier) {
  go_to(t, plateaus);
  if (set_rates_) {
    set_rates_(t, rates_);
  }
  for (std::size_t g = 0; g < updates_.size(); ++g) {
    updates_[g] = optimizers_[g](earlier + t, rates_[g].second);
    if (clip_value_) {
      updates_[g].gradient_limit = static_cast<float>(*clip_value_);
    }
  }
  return updates_;
}

void GroupUpdates::schedule(LearningRates& rates, std::uint64_t t, std::span<const PlateauState> plateaus) const {
  for (std::size_t g = 0; g < rates.size(); ++g) {
    rates[g].second = schedules_[g].at(t, plateaus[g].cuts);
  }
}

LearningRates GroupUpdates::scheduled(std::uint64_t t, std::span<const PlateauState> plateaus) const {
  LearningRates rates = rates_;
  schedule(rates, t, plateaus);
  return rates;
}

}  // namespace strata
