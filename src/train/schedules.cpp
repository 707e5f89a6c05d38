#include "train/schedules.h"

#include <algorithm>

namespace strata {

std::uint64_t horizon(const TrainConfig& config, std::size_t steps_per_epoch) {
  const std::uint64_t steps = std::uint64_t{config.epochs} * steps_per_epoch;
  return config.max_steps ? std::min(steps, *config.max_steps) : steps;
}

LearningRates base_rates(std::span<const ParameterGroup> groups) {
  LearningRates rates;
  for (const ParameterGroup& group : groups) {
    rates.emplace_back(group.name, base_learning_rate(group.optimizer));
  }
  return rates;
}

void set_learning_rates(LearningRates& rates, std::span<const ParameterGroup> groups,
                        std::span<const PlateauState> plateaus, std::uint64_t t, std::uint64_t horizon) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    rates[g].second = learning_rate_at(groups[g].optimizer, t, horizon, plateaus[g].cuts);
  }
}

GroupUpdates::GroupUpdates(const TrainConfig& config, std::uint64_t horizon)
    : groups_(config.groups),
      clip_value_(config.clip_value),
      horizon_(horizon),
      rates_(base_rates(config.groups)),
      updates_(config.groups.size()) {
  for (const ParameterGroup& group : groups_) {
    optimizers_.push_back(group.optimizer.updates(config.convention));
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

void GroupUpdates::go_to(std::uint64_t t, std::span<const PlateauState> plateaus) {
  set_learning_rates(rates_, groups_, plateaus, t, horizon_);
}

}  // namespace strata
