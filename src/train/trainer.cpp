#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/check_config.h"
#include "train/class_weights.h"
#include "train/run_setup.h"
#include "train/update_ratio.h"

namespace strata {

namespace {

// Flags of a step, with several ranks.
constexpr std::uint32_t kStopRequested = 1;
constexpr std::uint32_t kTimeIsUp = 2;

}  // namespace

Trainer::Trainer(TrainConfig config, const DataSource& source, const Parameters* initial, const Scaler* scaler)
    : config_(std::move(config)),
      source_(source),
      model_(model_for(config_, source)),
      split_(split_of(config_, source)),
      scaler_(scaler != nullptr ? *scaler : scaler_for(config_, source.train, split_.train)),
      parameters_(initial_parameters(config_, model_, split_.train.size(), initial)),
      batches_(Sampler(config_.sampling, split_.train, config_.batch_size, config_.seed), config_.epochs),
      engine_(make_engine(config_.engine, engine_plan(config_, model_, scaler_, batches_.sampler().batch_sizes(),
                                                      class_weights(config_.class_weights, source.train.labels,
                                                                    split_.train, source.classes),
                                                      !source.train.row_weights.empty()))),
      horizon_(horizon(config_, batches_.steps_per_epoch())),
      rates_(base_rates(config_.groups)),
      updates_(config_.groups.size()) {
  check_config(config_, validation_part(), split_.validation, batches_.steps_per_epoch());
  state_.plateaus.resize(config_.groups.size());
  engine_->import_parameters(parameters_);
}

const Dataset& Trainer::validation_part() const {
  return source_.validation.rows() > 0 ? source_.validation : source_.train;
}

RunResult Trainer::run(std::span<Observer* const> observers, const std::function<bool()>& stop_requested) {
  observers_ = observers;
  stop_requested_ = &stop_requested;
  if (config_.ranks == nullptr) {  // ranks stop together, after a step
    engine_->give_up_when(stop_requested);
  }
  run_clock_ = Stopwatch(state_.seconds);
  epoch_clock_ = Stopwatch(state_.epoch_seconds);
  train_seconds_ = state_.epoch_seconds;
  for (Observer* observer : observers_) {
    observer->on_run(info());
  }

  Progress progress = Progress::epoch_done;
  try {
    keep(RunMoment::start);
    progress = train();
  } catch (...) {
    engine_->export_parameters(parameters_);  // what has been learnt is not lost with whoever threw
    restore_best();
    throw;
  }
  return finish(progress);
}

Trainer::Progress Trainer::train() {
  Progress progress = before_epoch();
  while (progress == Progress::epoch_done && state_.epochs < config_.epochs) {
    progress = train_epoch(state_.epochs + 1);
    if (progress == Progress::epoch_done) {
      progress = before_epoch();
    }
  }
  if (progress != Progress::diverged && steps_of_epoch() == 0) {
    keep(RunMoment::end);
  }
  return progress;
}

Trainer::Progress Trainer::before_epoch() const {
  if (steps_of_epoch() > 0) {
    return Progress::epoch_done;
  }
  if (limit_reached()) {
    return Progress::limit_reached;
  }
  return state_.epochs < config_.epochs && early_stopping_due() ? Progress::stopped_early : Progress::epoch_done;
}

RunResult Trainer::finish(Progress progress) {
  engine_->export_parameters(parameters_);
  if (progress != Progress::interrupted && progress != Progress::diverged &&
      !std::ranges::all_of(parameters_.values(), [](float w) { return std::isfinite(w); })) {
    progress = Progress::diverged;
    result_.divergence = later_divergence(Divergence::In::weights, source_.train, {});
  }
  restore_best();
  result_.stopped_early = progress == Progress::stopped_early;
  complete_result(progress == Progress::diverged      ? RunStatus::diverged
                  : progress == Progress::interrupted ? RunStatus::interrupted
                                                      : RunStatus::completed);
  for (Observer* observer : observers_) {
    observer->on_result(result_);
  }
  return result_;
}

void Trainer::restore_best() {
  if (state_.best_parameters) {
    parameters_ = *state_.best_parameters;
    engine_->import_parameters(parameters_);
    result_.restored_best = true;
  }
}

void Trainer::test() {
  if (result_.status != RunStatus::completed || source_.test.rows() == 0) {
    return;
  }
  const std::vector<std::uint32_t> rows = all_rows(source_.test.rows());
  const LossSums sums = engine_->evaluate(source_.test.view(), rows);
  if (stop_requested()) {
    result_.status = RunStatus::interrupted;
    return;
  }
  result_.test_loss = sums.loss / static_cast<double>(rows.size());
  result_.test_accuracy = static_cast<double>(sums.correct) / static_cast<double>(rows.size());
  if (!std::isfinite(*result_.test_loss)) {
    result_.status = RunStatus::diverged;
    result_.divergence = later_divergence(Divergence::In::test, source_.test, rows);
  }
}

void Trainer::complete_result(RunStatus status) {
  result_.status = status;
  test();
  if (state_.validation) {
    const Validation& validation = result_.restored_best ? state_.best.validation : *state_.validation;
    result_.val_loss = validation.loss;
    result_.val_accuracy = validation.accuracy;
  }
  if (state_.means.rows() > 0) {
    result_.train_loss = state_.means.loss();
    result_.train_accuracy = state_.means.accuracy();
  }
  result_.monitor = config_.monitor;
  if (state_.best.epoch > 0) {
    result_.best_epoch = state_.best.epoch;
    result_.best_value = state_.best.validation.value(config_.monitor);
  }
  result_.epochs = state_.epochs;
  result_.steps = state_.global_step;
  result_.seconds = seconds();
  result_.weights_hash = weights_hash(parameters_);
}

Trainer::Progress Trainer::train_epoch(std::uint32_t epoch) {
  if (steps_of_epoch() == 0) {
    state_.means = {};
    state_.update_ratios.clear();
    epoch_clock_ = {};
  }
  Progress progress = train_steps(epoch);
  const bool whole = steps_of_epoch() == batches_.steps_per_epoch();
  if (progress == Progress::interrupted || (progress == Progress::limit_reached && !whole)) {
    keep(RunMoment::end);
  }
  if (progress == Progress::epoch_done || progress == Progress::limit_reached) {
    progress = finish_epoch(epoch, progress);
  }
  if (progress == Progress::epoch_done) {
    keep(RunMoment::epoch);
  }
  return progress;
}

Trainer::Progress Trainer::train_steps(std::uint32_t epoch) {
  const bool measure =
      std::ranges::any_of(observers_, [](const Observer* observer) { return observer->wants_update_ratios(); });
  Progress progress = steps_of_epoch() > 0 && limit_reached() ? Progress::limit_reached : Progress::epoch_done;
  while (progress == Progress::epoch_done && steps_of_epoch() < batches_.steps_per_epoch()) {
    const std::size_t next = steps_of_epoch() + 1;
    const double loss = measure && is_last(next) ? measured_step(epoch, next) : step(epoch, next);
    progress = after_step(loss);
    if (progress == Progress::diverged) {
      result_.divergence = step_divergence();
    }
    if (progress == Progress::epoch_done && next < batches_.steps_per_epoch()) {
      keep(RunMoment::step);
    }
  }
  return progress;
}

Trainer::Progress Trainer::after_step(double loss) const {
  if (!std::isfinite(loss)) {
    return Progress::diverged;
  }
  if (stop_requested()) {
    return Progress::interrupted;
  }
  return limit_reached() ? Progress::limit_reached : Progress::epoch_done;
}

double Trainer::step(std::uint32_t epoch, std::size_t step_in_epoch) {
  batches_.advance(epoch, step_in_epoch);
  ++state_.global_step;
  prepare_updates();
  const LossSums sums = engine_->train_step(
      {source_.train.view(), batches_.rows(), batches_.next_rows(), state_.global_step, flags()}, updates_);
  flags_ = sums.flags;
  state_.means.add(sums, batches_.rows().size());
  train_seconds_ = epoch_clock_.seconds();

  const double loss = sums.mean_loss();
  const StepInfo info{epoch,          step_in_epoch,       state_.global_step,
                      loss,           state_.means.loss(), state_.means.accuracy(),
                      train_seconds_, state_.means.rows(), rates_};
  for (Observer* observer : observers_) {
    observer->on_step(info);
  }
  return loss;
}

double Trainer::measured_step(std::uint32_t epoch, std::size_t step_in_epoch) {
  engine_->export_parameters(parameters_);
  const Parameters before = parameters_;
  const double loss = step(epoch, step_in_epoch);
  engine_->export_parameters(parameters_);
  state_.update_ratios = update_ratios(before, parameters_);
  return loss;
}

void Trainer::prepare_updates() {
  set_learning_rates(rates_, config_.groups, state_.plateaus, state_.global_step, horizon_);
  if (set_rates_) {
    set_rates_(state_.global_step, rates_);
  }
  for (std::size_t g = 0; g < updates_.size(); ++g) {
    const OptimizerSpec& optimizer = config_.groups[g].optimizer;
    updates_[g] =
        find_optimizer(optimizer.name).update_at(optimizer, config_.convention, state_.global_step, rates_[g].second);
    if (config_.clip_value) {
      updates_[g].gradient_limit = static_cast<float>(*config_.clip_value);
    }
  }
}

Trainer::Progress Trainer::finish_epoch(std::uint32_t epoch, Progress progress) {
  if (!validate_epoch()) {
    keep(RunMoment::end);
    return Progress::interrupted;
  }
  state_.epochs += steps_of_epoch() == batches_.steps_per_epoch() ? 1 : 0;
  if (!split_.validation.empty()) {
    learn_from_validation(epoch);
  }
  tell_epoch(epoch);
  if (state_.validation && !std::isfinite(state_.validation->loss)) {
    result_.divergence = later_divergence(Divergence::In::validation, validation_part(), split_.validation);
    return Progress::diverged;
  }
  return progress;
}

void Trainer::tell_epoch(std::uint32_t epoch) {
  EpochInfo info;
  info.epoch = epoch;
  info.global_step = state_.global_step;
  info.train_loss = state_.means.loss();
  info.train_accuracy = state_.means.accuracy();
  info.samples_per_second = static_cast<double>(state_.means.rows()) / train_seconds_;
  if (!split_.validation.empty()) {
    info.val_loss = state_.validation->loss;
    info.val_accuracy = state_.validation->accuracy;
    info.val_macro_f1 = state_.validation->macro_f1;
    info.val_auc = state_.validation->auc;
  }
  if (state_.best.epoch > 0) {
    info.best_epoch = state_.best.epoch;
  }
  info.learning_rates = rates_;
  info.update_ratios = state_.update_ratios;
  info.seconds = epoch_clock_.seconds();
  for (Observer* observer : observers_) {
    observer->on_epoch(info);
  }
}

bool Trainer::validate_epoch() {
  if (split_.validation.empty()) {
    return true;
  }
  const Validation validation =
      validate(*engine_, validation_part().view(), split_.validation, model_.classes, config_.monitor);
  if (stop_requested()) {
    return false;
  }
  state_.validation = validation;
  return true;
}

void Trainer::learn_from_validation(std::uint32_t epoch) {
  for (std::size_t g = 0; g < config_.groups.size(); ++g) {
    state_.plateaus[g] = after_epoch(state_.plateaus[g], config_.groups[g].optimizer.schedule, state_.validation->loss);
  }
  if (state_.best.observe(config_.monitor, epoch, *state_.validation) && config_.restore_best) {
    engine_->export_parameters(parameters_);
    state_.best_parameters = parameters_;
  }
}

bool Trainer::early_stopping_due() const {
  return config_.early_stopping && state_.best.waited >= *config_.early_stopping;
}

RunInfo Trainer::info() const {
  return {.config = config_,
          .parameters = model_.parameter_count(),
          .features = model_.inputs,
          .classes = model_.classes,
          .train_rows = split_.train.size(),
          .validation_rows = split_.validation.size(),
          .test_rows = source_.test.rows(),
          .steps_per_epoch = batches_.steps_per_epoch(),
          .engine = engine_->name(),
          .threads = engine_->threads()};
}

bool Trainer::is_last(std::size_t step_in_epoch) const {
  return step_in_epoch == batches_.steps_per_epoch() || state_.global_step + 1 == horizon_;
}

bool Trainer::limit_reached() const {
  return (config_.max_steps && state_.global_step >= *config_.max_steps) || time_is_up();
}

bool Trainer::stop_requested() const {
  return config_.ranks != nullptr ? (flags_ & kStopRequested) != 0 : (*stop_requested_)();
}

bool Trainer::time_is_up() const {
  if (!config_.max_seconds) {
    return false;
  }
  // Of the seconds before this run was last begun every rank knows the same.
  return config_.ranks != nullptr ? (flags_ & kTimeIsUp) != 0 || state_.seconds >= *config_.max_seconds
                                  : seconds() >= *config_.max_seconds;
}

std::uint32_t Trainer::flags() const {
  if (config_.ranks == nullptr) {
    return 0;
  }
  return ((*stop_requested_)() ? kStopRequested : 0) |
         (config_.max_seconds && seconds() >= *config_.max_seconds ? kTimeIsUp : 0);
}

}  // namespace strata
