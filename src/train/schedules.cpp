#include "train/schedules.h"

#include <algorithm>

#include "core/error.h"

namespace strata {

std::uint64_t horizon(const TrainConfig& config, std::size_t steps_per_epoch) {
  const std::uint64_t steps = std::uint64_t{config.epochs} * steps_per_epoch;
  return config.max_steps ? std::min(steps, *config.max_steps) : steps;
}

void check_schedules(const TrainConfig& config, std::size_t steps_per_epoch, bool has_validation) {
  const std::uint64_t steps = horizon(config, steps_per_epoch);
  for (const ParameterGroup& group : config.groups) {
    const ScheduleSpec& schedule = group.optimizer.schedule;
    if (schedule.name == "plateau" && !has_validation) {
      throw usage_error("schedule=plateau of {} follows the validation loss, but no rows are held out for validation",
                        group.name);
    }
    if (config.max_seconds && needs_horizon(schedule)) {
      throw usage_error(
          "schedule={} of {} runs to the last step, which --max-time leaves open; give it decay_steps, or --max-steps "
          "instead of --max-time",
          schedule.name, group.name);
    }
    const bool followed = schedule.name != "constant" && steps > 0;
    if (followed && schedule.steps("warmup_steps") >= steps) {
      throw usage_error("warmup_steps={} of {} outlasts the run, which has {} steps, so schedule={} would never begin",
                        schedule.steps("warmup_steps"), group.name, steps, schedule.name);
    }
  }
}

void set_learning_rates(LearningRates& rates, std::span<const ParameterGroup> groups,
                        std::span<const PlateauState> plateaus, std::uint64_t t, std::uint64_t horizon) {
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const OptimizerSpec& optimizer = groups[g].optimizer;
    rates[g].second = scheduled_rate(optimizer.schedule, base_learning_rate(optimizer), t, horizon, plateaus[g].cuts);
  }
}

}  // namespace strata
