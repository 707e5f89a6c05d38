#include "train/validator.h"

#include <span>
#include <utility>

namespace strata {

Validator::Validator(const TrainConfig& config, const DataSource& source, std::vector<std::uint32_t> rows,
                     const Task& task, std::size_t outputs)
    : data_(source.validation.rows() > 0 ? source.validation : source.train),
      rows_(std::move(rows)),
      task_(task),
      outputs_(outputs),
      asked_{config.monitor},
      convention_(config.convention),
      early_stopping_{config.early_stopping, config.min_delta, config.start_epoch} {
  for (const ParameterGroup& group : config.groups) {
    schedules_.push_back(group.optimizer.schedule);
    if (schedules_.back().name() == "plateau") {
      asked_.push_back({followed_figure(schedules_.back())});
    }
  }
}

Validation Validator::evaluate(Engine& engine) const {
  return validate(engine, data_.view(), rows_, task_, outputs_, asked_);
}

bool Validator::learn(RunState& state, std::uint32_t epoch) const {
  for (std::size_t g = 0; g < schedules_.size(); ++g) {
    const ScheduleSpec& schedule = schedules_[g];
    if (schedule.name() == "plateau") {
      const double figure = state.validation->value({followed_figure(schedule)});
      state.plateaus[g] = after_epoch(state.plateaus[g], schedule, convention_, figure);
    }
  }
  const Monitor monitor = asked_.front();
  state.patience =
      next_patience(early_stopping_, monitor, state.patience, state.best, epoch, state.validation->value(monitor));
  return state.best.observe(monitor, epoch, *state.validation);
}

bool Validator::stops_early(const RunState& state) const {
  const std::uint32_t waited = state.patience ? state.patience->waited : state.best.waited;
  return early_stopping_.patience && waited >= *early_stopping_.patience;
}

}  // namespace strata
