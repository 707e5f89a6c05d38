#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.h"

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
      updates_(config_.groups.size()) {
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
  result_.status = progress == Progress::diverged      ? RunStatus::diverged
                   : progress == Progress::interrupted ? RunStatus::interrupted
                                                       : RunStatus::completed;
  if (result_.status == RunStatus::completed && source_.test.rows() > 0) {
    const LossSums test = engine_->evaluate(source_.test.view(), all_rows(source_.test.rows()));
    result_.test_loss = test.loss / static_cast<double>(source_.test.rows());
    result_.test_accuracy = static_cast<double>(test.correct) / static_cast<double>(source_.test.rows());
    if (!std::isfinite(*result_.test_loss)) {
      result_.status = RunStatus::diverged;
    }
  }
  result_.steps = global_step_;
  result_.seconds = seconds();
  result_.weights_hash = weights_hash(parameters_);
  for (Observer* observer : observers_) {
    observer->on_result(result_);
  }
  return result_;
}

Trainer::Progress Trainer::train_epoch(std::uint32_t epoch) {
  means_ = {};
  epoch_clock_ = {};
  train_seconds_ = 0;
  Progress progress = Progress::epoch_done;
  std::size_t steps = 0;
  while (steps < sampler_.steps_per_epoch() && progress == Progress::epoch_done) {
    const double loss = step(epoch, ++steps);
    if (!std::isfinite(loss)) {
      progress = Progress::diverged;
    } else if ((*stop_requested_)()) {
      progress = Progress::interrupted;
    } else if (limit_reached()) {
      progress = Progress::limit_reached;
    }
  }
  result_.train_loss = means_.loss();
  result_.train_accuracy = means_.accuracy();
  if (progress == Progress::epoch_done || progress == Progress::limit_reached) {
    result_.epochs += steps == sampler_.steps_per_epoch() ? 1 : 0;
    finish_epoch(epoch);
    if (result_.val_loss && !std::isfinite(*result_.val_loss)) {
      progress = Progress::diverged;
    }
  }
  return progress;
}

double Trainer::step(std::uint32_t epoch, std::size_t step_in_epoch) {
  if (global_step_ == 0) {
    const auto first = sampler_.batch(epoch, step_in_epoch);
    next_rows_.assign(first.begin(), first.end());
  }
  std::swap(rows_, next_rows_);
  const auto next = rows_after(epoch, step_in_epoch);
  next_rows_.assign(next.begin(), next.end());
  ++global_step_;
  for (std::size_t g = 0; g < updates_.size(); ++g) {
    const OptimizerSpec& optimizer = config_.groups[g].optimizer;
    updates_[g] =
        find_optimizer(optimizer.name).update_at(optimizer, config_.convention, global_step_, learning_rate(g));
  }
  const LossSums sums = engine_->train_step({source_.train.view(), rows_, next_rows_}, updates_);
  means_.add(sums, rows_.size());
  train_seconds_ = epoch_clock_.seconds();

  const double loss = sums.loss / static_cast<double>(rows_.size());
  const StepInfo info{epoch,         step_in_epoch,     global_step_,   loss,
                      means_.loss(), means_.accuracy(), train_seconds_, means_.rows()};
  for (Observer* observer : observers_) {
    observer->on_step(info);
  }
  return loss;
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
  info.global_step = global_step_;
  info.train_loss = means_.loss();
  info.train_accuracy = means_.accuracy();
  info.samples_per_second = static_cast<double>(means_.rows()) / train_seconds_;
  if (!split_.validation.empty()) {
    const LossSums validation = engine_->evaluate(source_.train.view(), split_.validation);
    result_.val_loss = info.val_loss = validation.loss / static_cast<double>(split_.validation.size());
    result_.val_accuracy = info.val_accuracy =
        static_cast<double>(validation.correct) / static_cast<double>(split_.validation.size());
  }
  for (std::size_t g = 0; g < config_.groups.size(); ++g) {
    info.learning_rates.emplace_back(config_.groups[g].name, learning_rate(g));
  }
  info.seconds = epoch_clock_.seconds();
  for (Observer* observer : observers_) {
    observer->on_epoch(info);
  }
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

double Trainer::learning_rate(std::size_t group) const { return base_learning_rate(config_.groups[group].optimizer); }

bool Trainer::limit_reached() const {
  return (config_.max_steps && global_step_ >= *config_.max_steps) ||
         (config_.max_seconds && seconds() >= *config_.max_seconds);
}

double Trainer::seconds() const { return run_clock_.seconds(); }

}  // namespace strata
