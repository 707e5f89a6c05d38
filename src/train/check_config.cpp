// What a configuration asks of the data, of the run's length, and of a snapshot to go on from.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/figure.h"
#include "engine/batch_division.h"
#include "train/run_setup.h"
#include "train/run_state.h"
#include "train/schedules.h"

namespace strata {

namespace {

void check_groups(const TrainConfig& config) {
  if (std::ranges::all_of(config.groups, [](const ParameterGroup& group) { return is_frozen(group.optimizer); })) {
    throw usage_error("every layer is frozen, so there is nothing to train; give one group an optimizer");
  }
}

/// The monitor, which `asker` names, is a figure of what is learnt.
void check_known(std::string_view asker, std::string_view figure, std::span<const std::string_view> figures) {
  if (figure != "loss" && std::ranges::find(figures, figure) == figures.end()) {
    throw usage_error("{} is no figure of what is learnt; give val_loss, or one of val_{}", asker,
                      fmt::join(figures, ", val_"));
  }
}

/// Whether all `rows` have the same targets: an r2 of them says nothing.
bool are_equal(const MatrixView<const float>& targets, std::span<const std::uint32_t> rows) {
  return std::ranges::all_of(rows, [&](std::uint32_t row) {
    return std::equal(targets.row(row), targets.row(row) + targets.columns(), targets.row(rows[0]));
  });
}

/// The validation rows allow a figure; `asker` names it.
void check_rows_of(std::string_view asker, std::string_view figure, const Dataset& data,
                   std::span<const std::uint32_t> rows) {
  const auto of_first_class = [&](std::uint32_t row) { return data.labels[row] == data.labels[rows[0]]; };
  const bool needs_two = figure == "auc" || figure == "average_precision";
  if (needs_two && !rows.empty() && std::ranges::all_of(rows, of_first_class)) {
    throw usage_error("{} needs validation rows of at least two classes; all {} are of one", asker, rows.size());
  }
  if (figure == "r2" && !rows.empty() && are_equal(data.view().targets, rows)) {
    throw usage_error("{} needs validation rows of different targets; {}", asker,
                      rows.size() == 1 ? "there is one row" : fmt::format("all {} have the same", rows.size()));
  }
}

void check_monitor(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> rows,
                   std::span<const std::string_view> figures) {
  const std::string asker = fmt::format("‹monitor› {}", monitor_name(config.monitor));
  check_known(asker, config.monitor.figure, figures);
  if (rows.empty() && (config.early_stopping || config.restore_best)) {
    throw usage_error("{} compares epochs by {}, but no rows are held out for validation",
                      config.early_stopping ? "‹early_stopping›" : "‹restore_best›", monitor_name(config.monitor));
  }
  check_rows_of(asker, config.monitor.figure, data, rows);
}

/// What the groups' plateaus follow.
void check_plateaus(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> rows,
                    std::span<const std::string_view> figures) {
  for (const ParameterGroup& group : config.groups) {
    const ScheduleSpec& schedule = group.optimizer.schedule;
    if (schedule.name() != "plateau") {
      continue;
    }
    const std::string_view figure = followed_figure(schedule);
    if (rows.empty()) {
      throw usage_error("schedule=plateau of {} follows the validation {}, but no rows are held out for validation",
                        group.name, figure_entry(figure).text);
    }
    const std::string asker = fmt::format("monitor=val_{} of {}", figure, group.name);
    check_known(asker, figure, figures);
    check_rows_of(asker, figure, data, rows);
  }
}

void check_schedules(const TrainConfig& config, std::size_t steps_per_epoch) {
  for (const ParameterGroup& group : config.groups) {
    const ScheduleSpec& schedule = group.optimizer.schedule;
    if (config.max_seconds && needs_horizon(schedule)) {
      throw usage_error(
          "schedule={} of {} runs to the last step, which ‹max_time› leaves open; give it decay_steps, or ‹max_steps› "
          "instead of ‹max_time›",
          schedule.name(), group.name);
    }
    // A schedule that says itself how long it is may be cut short anywhere by max_steps.
    const std::uint64_t steps =
        needs_horizon(schedule) ? horizon(config, steps_per_epoch) : std::uint64_t{config.epochs} * steps_per_epoch;
    const bool followed = schedule.name() != "constant" && steps > 0;
    if (followed && schedule.steps("warmup_steps") >= steps) {
      throw usage_error("warmup_steps={} of {} outlasts the run, which has {} steps, so schedule={} would never begin",
                        schedule.steps("warmup_steps"), group.name, steps, schedule.name());
    }
  }
}

void check_position(const RunState& state, std::size_t steps_per_epoch) {
  const std::uint64_t before = std::uint64_t{state.epochs} * steps_per_epoch;
  if (state.global_step < before || state.global_step - before > steps_per_epoch) {
    throw data_error("{} steps do not follow {} epochs of {} steps; is it the checkpoint of another run?",
                     state.global_step, state.epochs, steps_per_epoch);
  }
  const bool has_means = state.means.rows() > 0;
  if (has_means != (state.global_step > 0)) {
    throw data_error("{} rows of the epoch are summed up after {} steps; is it the checkpoint of another run?",
                     state.means.rows(), state.global_step);
  }
}

void check_length(const RunState& state, const TrainConfig& config, std::size_t steps_per_epoch) {
  const std::uint64_t steps = horizon(config, steps_per_epoch);
  if (state.global_step > steps) {
    throw usage_error("the run has already made {} steps, and ‹epochs› and ‹max_steps› allow {}; give more",
                      state.global_step, steps);
  }
}

}  // namespace

void check_objective(const TrainConfig& config, const Objective& objective, const TargetShape& targets) {
  const ObjectiveEntry& entry = entry_of(objective.kind);
  const auto refuse = [&](std::string_view option, std::string_view reason) {
    throw usage_error("‹{}› does not apply to ‹loss› {}: {}", option, entry.name, reason);
  };
  const bool weighs_classes = config.class_weights != ClassWeights();
  if (config.label_smoothing > 0 && !entry.label_smoothing) {
    refuse("label_smoothing", "numbers are not smoothed");
  }
  if (weighs_classes && !entry.class_weights) {
    refuse("class_weights", "numbers are of no class");
  }
  if (weighs_classes && targets.kind == TargetKind::labels) {
    refuse("class_weights", "a row of several labels is of no one class");
  }
  if (config.threshold != 0.5 && entry.map != OutputMap::sigmoid) {
    refuse("threshold", "it is for binary_cross_entropy");
  }
  const bool scales_targets = config.target_scaler_given || config.target_scaler != ScalerKind::standard;
  if (scales_targets && targets.kind != TargetKind::numbers) {
    refuse("target_scaler", "it is for numbers");
  }
}

void check_ranks(const TrainConfig& config) {
  if (config.ranks == nullptr) {
    return;
  }
  const auto ranks = static_cast<std::size_t>(config.ranks->world_size());
  const std::size_t blocks = BatchDivision::blocks_of(config.batch_size);
  if (blocks < ranks) {
    throw usage_error(
        "‹batch_size› {} has {} row block{} of {} rows, too few for {} ranks; give ‹batch_size› {} or more ({} for "
        "whole "
        "blocks), or start at most {} rank{}",
        config.batch_size, blocks, blocks == 1 ? "" : "s", BatchDivision::kRowBlock, ranks,
        (ranks - 1) * BatchDivision::kRowBlock + 1, ranks * BatchDivision::kRowBlock, blocks, blocks == 1 ? "" : "s");
  }
}

void check_config(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> validation,
                  std::span<const std::string_view> figures, std::size_t steps_per_epoch) {
  check_groups(config);
  check_monitor(config, data, validation, figures);
  check_plateaus(config, data, validation, figures);
  check_schedules(config, steps_per_epoch);
}

void check_snapshot(const RunSnapshot& snapshot, const TrainConfig& config, const Scaler& scaler,
                    std::size_t steps_per_epoch) {
  const RunState& state = snapshot.state;
  check_position(state, steps_per_epoch);
  if (snapshot.scaler.mean != scaler.mean || snapshot.scaler.scale != scaler.scale ||
      snapshot.scaler.offset != scaler.offset) {
    throw data_error("the features' means and deviations are not those of the data; have the data changed?");
  }
  if (state.plateaus.size() != config.groups.size()) {
    throw data_error("it has {} groups of layers; expected {}; is it the checkpoint of another run?",
                     state.plateaus.size(), config.groups.size());
  }
  if (state.best.epoch > state.epochs || (state.best.epoch > 0 && !state.validation) ||
      state.best_parameters.has_value() != (config.restore_best && state.best.epoch > 0)) {
    throw data_error("its best epoch, {}, does not go with the rest; is it the checkpoint of another run?",
                     state.best.epoch);
  }
  check_length(state, config, steps_per_epoch);
}

}  // namespace strata
