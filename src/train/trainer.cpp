#include "train/trainer.h"

#include <algorithm>
#include <cmath>

#include "train/divergence.h"
#include "train/run_setup.h"

namespace strata {

namespace {

/// Lets a clock go for as long as it lives.
class Going {
 public:
  explicit Going(RunClock& clock) : clock_(clock) { clock_.start(); }
  ~Going() { clock_.pause(); }
  Going(const Going&) = delete;
  Going& operator=(const Going&) = delete;

 private:
  RunClock& clock_;
};

}  // namespace

Trainer::Trainer(TrainConfig config, const DataSource& source, const Parameters* initial, const Scaler* scaler,
                 const TargetScaler* target_scaler)
    : config_(std::move(config)),
      source_(source),
      model_(model_for(config_, source)),
      split_(split_of(config_, source)),
      scaler_(scaler != nullptr ? *scaler : scaler_for(config_, source, split_.train)),
      task_(task_for(config_, source, split_.train, target_scaler)),
      figures_(figures(task_.objective, target_shape(source))),
      parameters_(initial_parameters(config_, model_, split_.train.size(), initial)),
      batches_(Sampler(config_.sampling, split_.train, config_.batch_size, config_.seed), config_.epochs),
      engine_(make_engine(config_.engine, engine_plan(config_, model_, task_, scaler_, batches_.sampler().batch_sizes(),
                                                      class_weights(config_, source, split_.train),
                                                      !source.train.row_weights.empty()))),
      validator_(config_, source, std::move(split_.validation), task_, model_.outputs),
      limits_(config_, batches_.steps_per_epoch()),
      updates_(config_, limits_.horizon()) {
  check_config(config_, validator_.data(), validator_.rows(), figures_, batches_.steps_per_epoch());
  state_.plateaus.resize(config_.groups.size());
  engine_->import_parameters(parameters_);
}

void Trainer::resume(RunSnapshot snapshot) {
  check_snapshot(snapshot, config_, scaler_, batches_.steps_per_epoch());
  parameters_ = std::move(snapshot.parameters);
  engine_->import_parameters(parameters_);
  engine_->import_state(snapshot.optimizers);
  state_ = std::move(snapshot.state);
  validated_step_ = std::uint64_t{state_.epochs} * batches_.steps_per_epoch();
  limits_.go_on(state_.seconds, state_.epoch_seconds);
  if (state_.global_step > 0) {  // an epoch that has made its last step tells the rates of that
    updates_.go_to(state_.global_step, state_.plateaus);
  }
}

void Trainer::inherit(const OptimizerState& optimizers, std::uint64_t updates) {
  engine_->import_state(optimizers);
  state_.earlier_updates = updates;
}

Parameters Trainer::live_parameters() const {
  Parameters parameters = parameters_;
  engine_->export_parameters(parameters);
  return parameters;
}

LearningRates Trainer::next_rates() const { return updates_.scheduled(state_.global_step + 1, state_.plateaus); }

RunSnapshot Trainer::snapshot() const {
  RunSnapshot snapshot{state_, parameters_, engine_->export_state(), scaler_};
  engine_->export_parameters(snapshot.parameters);
  snapshot.state.seconds = limits_.clock().seconds();
  snapshot.state.epoch_seconds = limits_.clock().epoch_seconds();
  return snapshot;
}

void Trainer::change_rate(std::size_t group, const RateChange& change) {
  strata::change_rate(config_.groups.at(group).optimizer, change, config_.groups[group].name);
  updates_.set_rate_changes(group, config_.groups[group].optimizer.rate_changes);
}

void Trainer::keep(RunMoment moment) const {
  if (keep_) {
    keep_(moment);
  }
}

template <class Info>
void Trainer::tell(void (Observer::*hear)(const Info&), const Info& info) const {
  for (Observer* observer : observers_) {
    (observer->*hear)(info);
  }
}

RunResult Trainer::run(std::span<Observer* const> observers, const std::function<bool()>& stop_requested) {
  begin(observers, stop_requested);
  while (advance()) {
  }
  return finish();
}

void Trainer::begin(std::span<Observer* const> observers, std::function<bool()> stop_requested) {
  const Going going(limits_.clock());
  observers_.assign(observers.begin(), observers.end());
  if (config_.ranks == nullptr) {  // ranks stop together, after a step
    engine_->give_up_when(stop_requested);
  }
  limits_.stop_when(std::move(stop_requested));
  tell(&Observer::on_run, info());
  keep_what_is_learnt([this] {
    keep(RunMoment::start);
    progress_ = before_epoch();
    if (progress_ != Progress::goes_on) {
      keep(RunMoment::end);
    }
  });
}

bool Trainer::advance(std::uint64_t steps) {
  if (progress_ == Progress::goes_on) {
    const Going going(limits_.clock());
    keep_what_is_learnt([this, steps] { train_epoch(steps); });
  }
  return progress_ == Progress::goes_on;
}

void Trainer::go_on() {
  if (progress_ == Progress::interrupted) {
    progress_ = before_epoch();
  }
}

RunResult Trainer::finish() {
  const Going going(limits_.clock());
  if (progress_ == Progress::goes_on) {
    progress_ = Progress::interrupted;
    keep_what_is_learnt([this] { keep(RunMoment::end); });
  }
  engine_->export_parameters(parameters_);
  if (progress_ != Progress::interrupted && progress_ != Progress::diverged &&
      !std::ranges::all_of(parameters_.values(), [](float w) { return std::isfinite(w); })) {
    progress_ = Progress::diverged;
    result_.divergence = divergence_in(Divergence::In::weights, source_.train, {});
  }
  restore_best();
  result_.stopped_early = progress_ == Progress::stopped_early;
  complete_result(progress_ == Progress::diverged      ? RunStatus::diverged
                  : progress_ == Progress::interrupted ? RunStatus::interrupted
                                                       : RunStatus::completed);
  tell(&Observer::on_result, result_);
  return result_;
}

template <class Work>
void Trainer::keep_what_is_learnt(Work work) {
  try {
    work();
  } catch (...) {
    progress_ = Progress::interrupted;
    engine_->export_parameters(parameters_);
    restore_best();
    throw;
  }
}

Trainer::Progress Trainer::before_epoch() const {
  if (steps_of_epoch() > 0) {
    return Progress::goes_on;
  }
  if (limits_.reached(state_.global_step) || state_.epochs >= config_.epochs) {
    return Progress::done;
  }
  return validator_.stops_early(state_) ? Progress::stopped_early : Progress::goes_on;
}

bool Trainer::has_steps_left() const {
  return before_epoch() == Progress::goes_on && !limits_.reached(state_.global_step) &&
         state_.global_step < limits_.horizon();
}

void Trainer::train_epoch(std::uint64_t most) {
  const std::uint32_t epoch = state_.epochs + 1;
  if (steps_of_epoch() == 0) {
    state_.means = {};
    state_.update_ratios.clear();
    limits_.clock().begin_epoch();
  }
  progress_ = train_steps(epoch, most);
  const bool whole = steps_of_epoch() == batches_.steps_per_epoch();
  if (progress_ == Progress::goes_on && !whole) {
    return;
  }
  if (progress_ == Progress::interrupted || (progress_ == Progress::done && !whole)) {
    keep(RunMoment::end);
  }
  if (progress_ == Progress::goes_on || progress_ == Progress::done) {
    progress_ = finish_epoch(epoch, progress_);
  }
  if (progress_ == Progress::goes_on) {
    keep(RunMoment::epoch);
    progress_ = before_epoch();
  }
  const bool over = progress_ != Progress::goes_on && progress_ != Progress::diverged;
  if (over && steps_of_epoch() == 0) {
    keep(RunMoment::end);
  }
}

Trainer::Progress Trainer::train_steps(std::uint32_t epoch, std::uint64_t most) {
  const bool measure =
      std::ranges::any_of(observers_, [](const Observer* observer) { return observer->wants_update_ratios(); });
  Progress progress = steps_of_epoch() > 0 && limits_.reached(state_.global_step) ? Progress::done : Progress::goes_on;
  for (; progress == Progress::goes_on && most > 0 && steps_of_epoch() < batches_.steps_per_epoch(); --most) {
    const std::size_t next = steps_of_epoch() + 1;
    const double loss = measure && is_last(next) ? measured_step(epoch, next) : step(epoch, next);
    progress = after_step(loss);
    if (progress == Progress::diverged) {
      result_.divergence = divergence_in(Divergence::In::training);
      find_in_step(*result_.divergence, *engine_, model_.layer_count(), config_.ranks);
    }
    if (progress == Progress::goes_on && next < batches_.steps_per_epoch()) {
      keep(RunMoment::step);
    }
  }
  return progress;
}

Trainer::Progress Trainer::after_step(double loss) const {
  if (!std::isfinite(loss)) {
    return Progress::diverged;
  }
  if (limits_.stop_requested()) {
    return Progress::interrupted;
  }
  return limits_.reached(state_.global_step) ? Progress::done : Progress::goes_on;
}

double Trainer::step(std::uint32_t epoch, std::size_t step_in_epoch) {
  batches_.advance(epoch, step_in_epoch);
  const std::uint64_t number = ++state_.global_step;
  const std::span<const kernels::OptimizerUpdate> updates =
      updates_.at(number, state_.plateaus, state_.earlier_updates);
  const LossSums sums = engine_->train_step(
      {source_.train.view(), batches_.rows(), batches_.next_rows(), number, limits_.flags()}, updates);
  limits_.hear(sums.flags);
  limits_.clock().mark_step();
  state_.means.add(sums, batches_.rows().size());

  const double loss = sums.mean_loss();
  const StepInfo info{epoch,
                      step_in_epoch,
                      number,
                      loss,
                      state_.means.loss(),
                      train_figure(),
                      limits_.clock().trained_seconds(),
                      state_.means.rows(),
                      config_.clip_norm ? std::optional(engine_->gradient_norm()) : std::nullopt,
                      updates_.rates()};
  tell(&Observer::on_step, info);
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

Trainer::Progress Trainer::finish_epoch(std::uint32_t epoch, Progress progress) {
  if (validator_.has_rows() && !validate_epoch(epoch)) {
    keep(RunMoment::end);
    return Progress::interrupted;
  }
  state_.epochs += steps_of_epoch() == batches_.steps_per_epoch() ? 1 : 0;
  tell_epoch(epoch);
  if (state_.validation && !std::isfinite(state_.validation->loss)) {
    result_.divergence = divergence_in(Divergence::In::validation, validator_.data(), validator_.rows());
    return Progress::diverged;
  }
  return progress;
}

bool Trainer::validate_epoch(std::uint32_t epoch) {
  const Validation validation = validator_.evaluate(*engine_);
  if (limits_.stop_requested()) {
    return false;
  }
  state_.validation = validation;
  validated_step_ = state_.global_step;
  if (validator_.learn(state_, epoch) && config_.restore_best) {
    engine_->export_parameters(parameters_);
    state_.best_parameters = parameters_;
  }
  return true;
}

void Trainer::tell_epoch(std::uint32_t epoch) {
  EpochInfo info;
  info.epoch = epoch;
  info.global_step = state_.global_step;
  info.train_loss = state_.means.loss();
  info.train_figures = {train_figure()};
  info.samples_per_second = static_cast<double>(state_.means.rows()) / limits_.clock().trained_seconds();
  if (validator_.has_rows()) {
    info.val_loss = state_.validation->loss;
    info.val_figures = state_.validation->figures;
  }
  if (state_.best.epoch > 0) {
    info.best_epoch = state_.best.epoch;
  }
  info.learning_rates = updates_.rates();
  info.update_ratios = state_.update_ratios;
  info.units = units();
  info.weights_hash = best_weights_hash(epoch);
  const std::optional<PartEvaluation> some = judged();
  info.judged = some ? &*some : nullptr;
  info.seconds = limits_.clock().epoch_seconds();
  tell(&Observer::on_epoch, info);
}

std::vector<UnitStatistics> Trainer::units() {
  if (std::ranges::none_of(observers_, [](const Observer* observer) { return observer->wants_unit_statistics(); })) {
    return {};
  }
  engine_->export_parameters(parameters_);
  const bool validated = validator_.has_rows();
  return unit_statistics(model_, parameters_, scaler_, validated ? validator_.data().view() : source_.train.view(),
                         validated ? validator_.rows() : std::span<const std::uint32_t>(split_.train),
                         {.engine = config_.engine,
                          .precision = config_.precision,
                          .threads = config_.threads,
                          .instruction_set = config_.instruction_set});
}

std::string Trainer::best_weights_hash(std::uint32_t epoch) {
  const auto wants_it = [](const Observer* observer) { return observer->wants_best_weights_hash(); };
  if (state_.best.epoch != epoch || std::ranges::none_of(observers_, wants_it)) {
    return "";
  }
  engine_->export_parameters(parameters_);
  return weights_hash(parameters_);
}

std::optional<PartEvaluation> Trainer::judged() {
  std::size_t most = 0;
  for (const Observer* observer : observers_) {
    most = std::max(most, observer->wants_judged_rows());
  }
  const std::span<const std::uint32_t> all = validator_.rows();
  const std::size_t count = std::min(most, all.size());
  if (count == 0) {
    return std::nullopt;
  }
  PartRows part{&validator_.data(), {}};
  for (std::size_t i = 0; i < count; ++i) {
    part.rows.push_back(all[i * all.size() / count]);
  }
  return judge_part(*engine_, model_, task_, part);
}

std::uint64_t Trainer::steps_of_parameters() const {
  const std::uint64_t best = std::uint64_t{state_.best.epoch} * batches_.steps_per_epoch();
  return state_.best_parameters ? std::min(best, state_.global_step) : state_.global_step;  // the last may be cut short
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
  const Validation tested =
      validate(*engine_, source_.test.view(), rows, task_, model_.outputs, std::span(&config_.monitor, 1));
  if (limits_.stop_requested()) {
    result_.status = RunStatus::interrupted;
    return;
  }
  result_.test_loss = tested.loss;
  result_.test_figures = tested.figures;
  if (!std::isfinite(*result_.test_loss)) {
    result_.status = RunStatus::diverged;
    result_.divergence = divergence_in(Divergence::In::test, source_.test, rows);
  }
}

void Trainer::complete_result(RunStatus status) {
  result_.status = status;
  test();
  if (state_.validation) {
    const Validation& validation = result_.restored_best ? state_.best.validation : *state_.validation;
    result_.val_loss = validation.loss;
    result_.val_figures = validation.figures;
    if (!result_.restored_best && validated_step_ < state_.global_step) {
      result_.val_epoch = state_.epochs;
    }
  }
  if (state_.means.rows() > 0) {
    result_.train_loss = state_.means.loss();
    result_.train_figures = {train_figure()};
  }
  result_.monitor = config_.monitor;
  if (state_.best.epoch > 0) {
    result_.best_epoch = state_.best.epoch;
    result_.best_value = state_.best.validation.value(config_.monitor);
  }
  result_.epochs = state_.epochs;
  result_.steps = state_.global_step;
  result_.seconds = limits_.clock().seconds();
  result_.weights_hash = weights_hash(parameters_);
}

RunInfo Trainer::info() const {
  return {.config = config_,
          .parameters = model_.parameter_count(),
          .features = model_.inputs,
          .outputs = model_.outputs,
          .train_rows = split_.train.size(),
          .validation_rows = validator_.rows().size(),
          .test_rows = source_.test.rows(),
          .steps_per_epoch = batches_.steps_per_epoch(),
          .engine = engine_->name(),
          .threads = engine_->threads(),
          .class_names = source_.class_names,
          .untrained_classes = untrained_classes(source_, split_.train),
          .class_weights = class_weights(config_, source_, split_.train),
          .targets = target_shape(source_),
          .figures = figures_};
}

Divergence Trainer::divergence_in(Divergence::In in) const {
  const std::uint64_t steps = batches_.steps_per_epoch();
  Divergence divergence;
  divergence.in = in;
  divergence.step = state_.global_step;
  divergence.epoch = static_cast<std::uint32_t>((state_.global_step + steps - 1) / steps);
  divergence.learning_rates = updates_.rates();
  return divergence;
}

Divergence Trainer::divergence_in(Divergence::In in, const Dataset& data, std::span<const std::uint32_t> rows) {
  Divergence divergence = divergence_in(in);
  find_after_step(divergence, *engine_, parameters_, data, rows);
  return divergence;
}

bool Trainer::is_last(std::size_t step_in_epoch) const {
  return step_in_epoch == batches_.steps_per_epoch() || state_.global_step + 1 == limits_.horizon();
}

}  // namespace strata
