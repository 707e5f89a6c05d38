// The moments from which a run goes on: out of the engine and back into it.
#include <utility>

#include "train/check_snapshot.h"
#include "train/trainer.h"

namespace strata {

void Trainer::resume(RunSnapshot snapshot) {
  check_snapshot(snapshot, config_, scaler_, batches_.steps_per_epoch());
  parameters_ = std::move(snapshot.parameters);
  engine_->import_parameters(parameters_);
  engine_->import_state(snapshot.optimizers);
  state_ = std::move(snapshot.state);
  run_clock_ = Stopwatch(state_.seconds);
  if (state_.global_step > 0) {  // an epoch that has made its last step tells the rates of that
    set_learning_rates(rates_, config_.groups, state_.plateaus, state_.global_step, horizon_);
  }
}

RunSnapshot Trainer::snapshot() const {
  RunSnapshot snapshot{state_, parameters_, engine_->export_state(), scaler_};
  engine_->export_parameters(snapshot.parameters);
  snapshot.state.seconds = seconds();
  snapshot.state.epoch_seconds = epoch_clock_.seconds();
  return snapshot;
}

void Trainer::keep(RunMoment moment) const {
  if (keep_) {
    keep_(moment);
  }
}

bool Trainer::has_steps_left() const {
  return before_epoch() == Progress::epoch_done && !limit_reached() && state_.global_step < horizon_;
}

}  // namespace strata
