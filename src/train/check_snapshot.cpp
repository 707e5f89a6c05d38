#include "train/check_snapshot.h"

#include "core/error.h"
#include "train/schedules.h"

namespace strata {

namespace {

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
