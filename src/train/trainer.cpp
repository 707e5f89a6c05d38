#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "train/update_ratio.h"

namespace strata {

namespace {

ModelSpec model_for(const TrainConfig& config, const DataSource& source) {
  return {source.train.features, config.hidden, source.classes, config.activation};
}

Parameters initial_parameters(const TrainConfig& config, const ModelSpec& model, const Parameters* initial) {
  if (initial != nullptr) {
    return *initial;
  }
  Parameters parameters(model.layers());
  initialize(parameters, config.init, config.convention, config.seed);
  return parameters;
}

std::vector<std::uint32_t> all_rows(std::size_t rows) {
  std::vector<std::uint32_t> indices(rows);
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

TrainConfig checked(TrainConfig config) {
  if (std::ranges::all_of(config.groups, [](const ParameterGroup& group) { return is_frozen(group.optimizer); })) {
    throw usage_error("every layer is frozen, so there is nothing to train; give one group an optimizer");
  }
  return config;
}

/// Throws Error(usage) for what needs validation rows, or rows of two classes, where there are none.
void check_validation(const TrainConfig& config, const Dataset& data, std::span<const std::uint32_t> rows) {
  if (rows.empty() && (config.early_stopping || config.restore_best)) {
    throw usage_error("{} compares epochs by {}, but no rows are held out for validation",
                      config.early_stopping ? "--early-stopping" : "--restore-best", monitor_name(config.monitor));
  }
  const auto label = [&](std::uint32_t row) { return data.labels[row]; };
  if (config.monitor == Monitor::val_auc && !rows.empty() &&
      std::ranges::all_of(rows, [&](std::uint32_t row) { return label(row) == label(rows[0]); })) {
    throw usage_error("--monitor val_auc needs validation rows of at least two classes; all {} are of one",
                      rows.size());
  }
}

LearningRates named_rates(const std::vector<ParameterGroup>& groups) {
  LearningRates rates;
  for (const ParameterGroup& group : groups) {
    rates.emplace_back(group.name, base_learning_rate(group.optimizer));
  }
  return rates;
}

}  // namespace

Trainer::Trainer(TrainConfig config, const DataSource& source, const Parameters* initial)
    : config_(checked(std::move(config))),
      source_(source),
      model_(model_for(config_, source)),
      split_(split_rows(config_.split, source.train.labels, config_.validation_split, config_.seed)),
      scaler_(fit_scaler(config_.scaler, source.train.view(), split_.train, config_.threads)),
      parameters_(initial_parameters(config_, model_, initial)),
      sampler_(config_.sampling, split_.train, config_.batch_size, config_.seed),
      engine_(make_engine(config_.engine, {.model = model_,
                                           .groups = config_.groups,
                                           .scaler = scaler_,
                                           .train_batch_sizes = sampler_.batch_sizes(),
                                           .threads = config_.threads,
                                           .precision = config_.precision})),
      horizon_(horizon(config_, sampler_.steps_per_epoch())),
      rates_(named_rates(config_.groups)),
      updates_(config_.groups.size()) {
  check_validation(config_, source.train, split_.validation);
  check_schedules(config_, sampler_.steps_per_epoch(), !split_.validation.empty());
  state_.plateaus.resize(config_.groups.size());
  engine_->import_parameters(parameters_);
}

RunResult Trainer::run(std::span<Observer* const> observers, const std::function<bool()>& stop_requested) {
  observers_ = observers;
  stop_requested_ = &stop_requested;
  run_clock_ = {};
  for (Observer* observer : observers_) {
    observer->on_run(info());
  }

  Progress progress = Progress::epoch_done;
  try {
    progress = train();
  } catch (...) {
    engine_->export_parameters(parameters_);  // what has been learnt is not lost with whoever threw
    restore_best();
    throw;
  }
  return finish(progress);
}

Trainer::Progress Trainer::train() {
  Progress progress = limit_reached() ? Progress::limit_reached : Progress::epoch_done;
  for (std::uint32_t epoch = 1; epoch <= config_.epochs && progress == Progress::epoch_done; ++epoch) {
    progress = train_epoch(epoch);
  }
  return progress;
}

RunResult Trainer::finish(Progress progress) {
  engine_->export_parameters(parameters_);
  if (progress != Progress::interrupted &&
      !std::ranges::all_of(parameters_.values(), [](float w) { return std::isfinite(w); })) {
    progress = Progress::diverged;
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

void Trainer::complete_result(RunStatus status) {
  result_.status = status;
  if (status == RunStatus::completed && source_.test.rows() > 0) {
    const LossSums test = engine_->evaluate(source_.test.view(), all_rows(source_.test.rows()));
    result_.test_loss = test.loss / static_cast<double>(source_.test.rows());
    result_.test_accuracy = static_cast<double>(test.correct) / static_cast<double>(source_.test.rows());
    if (!std::isfinite(*result_.test_loss)) {
      result_.status = RunStatus::diverged;
    }
  }
  if (state_.validation) {
    const Validation& validation = result_.restored_best ? state_.best.validation : *state_.validation;
    result_.val_loss = validation.loss;
    result_.val_accuracy = validation.accuracy;
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
  state_.means = {};
  update_ratios_.clear();
  epoch_clock_ = {};
  train_seconds_ = 0;
  const bool measure =
      std::ranges::any_of(observers_, [](const Observer* observer) { return observer->wants_update_ratios(); });
  Progress progress = Progress::epoch_done;
  std::size_t steps = 0;
  while (steps < sampler_.steps_per_epoch() && progress == Progress::epoch_done) {
    ++steps;
    const double loss = measure && is_last(steps) ? measured_step(epoch, steps) : step(epoch, steps);
    if (!std::isfinite(loss)) {
      progress = Progress::diverged;
    } else if ((*stop_requested_)()) {
      progress = Progress::interrupted;
    } else if (limit_reached()) {
      progress = Progress::limit_reached;
    }
  }
  result_.train_loss = state_.means.loss();
  result_.train_accuracy = state_.means.accuracy();
  if (progress == Progress::epoch_done || progress == Progress::limit_reached) {
    state_.epochs += steps == sampler_.steps_per_epoch() ? 1 : 0;
    finish_epoch(epoch);
    if (state_.validation && !std::isfinite(state_.validation->loss)) {
      progress = Progress::diverged;
    } else if (progress == Progress::epoch_done && epoch < config_.epochs && early_stopping_due()) {
      progress = Progress::stopped_early;
    }
  }
  return progress;
}

double Trainer::step(std::uint32_t epoch, std::size_t step_in_epoch) {
  next_batch(epoch, step_in_epoch);
  ++state_.global_step;
  prepare_updates();
  const LossSums sums = engine_->train_step({source_.train.view(), rows_, next_rows_}, updates_);
  state_.means.add(sums, rows_.size());
  train_seconds_ = epoch_clock_.seconds();

  const double loss = sums.loss / static_cast<double>(rows_.size());
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
  update_ratios_ = update_ratios(before, parameters_);
  return loss;
}

void Trainer::next_batch(std::uint32_t epoch, std::size_t step_in_epoch) {
  if (state_.global_step == 0) {
    const auto first = sampler_.batch(epoch, step_in_epoch);
    next_rows_.assign(first.begin(), first.end());
  }
  std::swap(rows_, next_rows_);
  const auto next = rows_after(epoch, step_in_epoch);
  next_rows_.assign(next.begin(), next.end());
}

void Trainer::prepare_updates() {
  set_learning_rates(rates_, config_.groups, state_.plateaus, state_.global_step, horizon_);
  for (std::size_t g = 0; g < updates_.size(); ++g) {
    const OptimizerSpec& optimizer = config_.groups[g].optimizer;
    updates_[g] =
        find_optimizer(optimizer.name).update_at(optimizer, config_.convention, state_.global_step, rates_[g].second);
  }
}

std::span<const std::uint32_t> Trainer::rows_after(std::uint32_t epoch, std::size_t step_in_epoch) {
  if (step_in_epoch < sampler_.steps_per_epoch()) {
    return sampler_.batch(epoch, step_in_epoch + 1);
  }
  return epoch < config_.epochs ? sampler_.batch(epoch + 1, 1) : std::span<const std::uint32_t>();
}

void Trainer::finish_epoch(std::uint32_t epoch) {
  EpochInfo info;
  info.epoch = epoch;
  info.global_step = state_.global_step;
  info.train_loss = state_.means.loss();
  info.train_accuracy = state_.means.accuracy();
  info.samples_per_second = static_cast<double>(state_.means.rows()) / train_seconds_;
  if (!split_.validation.empty()) {
    validate_epoch(epoch);
    info.val_loss = state_.validation->loss;
    info.val_accuracy = state_.validation->accuracy;
    info.val_macro_f1 = state_.validation->macro_f1;
    info.val_auc = state_.validation->auc;
  }
  if (state_.best.epoch > 0) {
    info.best_epoch = state_.best.epoch;
  }
  info.learning_rates = rates_;
  info.update_ratios = update_ratios_;
  info.seconds = epoch_clock_.seconds();
  for (Observer* observer : observers_) {
    observer->on_epoch(info);
  }
}

void Trainer::validate_epoch(std::uint32_t epoch) {
  state_.validation = validate(*engine_, source_.train.view(), split_.validation, config_.monitor);
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
          .steps_per_epoch = sampler_.steps_per_epoch(),
          .engine = engine_->name()};
}

bool Trainer::is_last(std::size_t step_in_epoch) const {
  return step_in_epoch == sampler_.steps_per_epoch() || state_.global_step + 1 == horizon_;
}

bool Trainer::limit_reached() const {
  return (config_.max_steps && state_.global_step >= *config_.max_steps) ||
         (config_.max_seconds && seconds() >= *config_.max_seconds);
}

double Trainer::seconds() const { return run_clock_.seconds(); }

}  // namespace strata
