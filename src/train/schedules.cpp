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
    const OptimizerSpec& optimizer = groups[g].optimizer;
    rates[g].second = scheduled_rate(optimizer.schedule, base_learning_rate(optimizer), t, horizon, plateaus[g].cuts);
  }
}

}  // namespace strata
