#include "train/check_config.h"

#include <algorithm>

#include "core/error.h"
#include "engine/batch_division.h"
#include "train/schedules.h"

namespace strata {

namespace {

void check_groups(const TrainConfig& config) {
  if (std::ranges::all_of(config.groups, [](const ParameterGroup& group) { return is_frozen(group.optimizer); })) {
    throw usage_error("every layer is frozen, so there is nothing to train; give one group an optimizer");
  }
}

void check_monitor(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> rows) {
  if (rows.empty() && (config.early_stopping || config.restore_best)) {
    throw usage_error("{} compares epochs by {}, but no rows are held out for validation",
                      config.early_stopping ? "--early-stopping" : "--restore-best", monitor_name(config.monitor));
  }
  const auto of_first_class = [&](std::uint32_t row) { return data.labels[row] == data.labels[rows[0]]; };
  if (config.monitor == Monitor::val_auc && !rows.empty() && std::ranges::all_of(rows, of_first_class)) {
    throw usage_error("--monitor val_auc needs validation rows of at least two classes; all {} are of one",
                      rows.size());
  }
}

void check_schedules(const TrainConfig& config, std::size_t steps_per_epoch, bool has_validation) {
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
    // A schedule that says itself how long it is may be cut short anywhere by max_steps.
    const std::uint64_t steps =
        needs_horizon(schedule) ? horizon(config, steps_per_epoch) : std::uint64_t{config.epochs} * steps_per_epoch;
    const bool followed = schedule.name != "constant" && steps > 0;
    if (followed && schedule.steps("warmup_steps") >= steps) {
      throw usage_error("warmup_steps={} of {} outlasts the run, which has {} steps, so schedule={} would never begin",
                        schedule.steps("warmup_steps"), group.name, steps, schedule.name);
    }
  }
}

}  // namespace

void check_ranks(const TrainConfig& config) {
  if (config.ranks == nullptr) {
    return;
  }
  const auto ranks = static_cast<std::size_t>(config.ranks->world_size());
  const std::size_t blocks = BatchDivision::blocks_of(config.batch_size);
  if (blocks < ranks) {
    throw usage_error(
        "--batch-size {} has {} row block{} of {} rows, too few for {} ranks; give --batch-size {} or more ({} for "
        "whole "
        "blocks), or start at most {} rank{}",
        config.batch_size, blocks, blocks == 1 ? "" : "s", BatchDivision::kRowBlock, ranks,
        (ranks - 1) * BatchDivision::kRowBlock + 1, ranks * BatchDivision::kRowBlock, blocks, blocks == 1 ? "" : "s");
  }
}

void check_config(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> validation,
                  std::size_t steps_per_epoch) {
  check_groups(config);
  check_monitor(config, data, validation);
  check_schedules(config, steps_per_epoch, !validation.empty());
}

}  // namespace strata
