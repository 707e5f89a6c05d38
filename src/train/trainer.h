// The training run: it owns everything that one run needs, and its step reads like the design's list.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "data/load.h"
#include "data/scaler.h"
#include "data/split.h"
#include "engine/engine.h"
#include "model/parameters.h"
#include "train/batches.h"
#include "train/metrics.h"
#include "train/observer.h"
#include "train/run_state.h"
#include "train/schedules.h"
#include "train/train_config.h"

namespace strata {

class Trainer {
 public:
  /// Splits the rows, fits the scaler (or takes `scaler`), initialises the weights (or takes `initial`) and builds the
  /// engine.
  /// `source` must outlive the trainer. Throws Error(usage) for a configuration that the data does not allow.
  Trainer(TrainConfig config, const DataSource& source, const Parameters* initial = nullptr,
          const Scaler* scaler = nullptr);

  /// From now on `set` has the last word on the groups' rates at each update (counted from 1); it gets those of their
  /// schedules.
  void set_rates(std::function<void(std::uint64_t update, LearningRates& rates)> set) { set_rates_ = std::move(set); }

  /// From now on `keep` hears of every moment at which snapshot() is one to go on from.
  void set_checkpoints(std::function<void(RunMoment)> keep) { keep_ = std::move(keep); }

  /// Before run(): goes on from there, with the steps that would have followed. `snapshot` is of a run of the same
  /// configuration (its length and threads apart) and data. Throws Error(data) if it cannot be, and Error(usage) if it
  /// is past the end of this run.
  void resume(RunSnapshot snapshot);
  /// The run as it stands, weights and optimizers' state in the canonical form.
  RunSnapshot snapshot() const;
  /// Whether there is a step to make, unless something unforeseen ends the run.
  bool has_steps_left() const;

  /// Trains until the epochs are done, a limit is reached, the loss is no longer finite, or stop_requested() is true
  /// (which it then stays; it is asked after every step, and all through an evaluation, by any thread); or until early
  /// stopping. Call it once. If an observer throws, parameters() is what had been learnt by then.
  RunResult run(std::span<Observer* const> observers, const std::function<bool()>& stop_requested);

  const TrainConfig& config() const { return config_; }
  const ModelSpec& model() const { return model_; }
  const Scaler& scaler() const { return scaler_; }
  /// The initial weights; after run() the final ones, or with restore_best the best epoch's.
  const Parameters& parameters() const { return parameters_; }
  const RunState& state() const { return state_; }
  std::size_t steps_per_epoch() const { return batches_.steps_per_epoch(); }
  std::string engine_name() const { return engine_->name(); }

 private:
  enum class Progress { epoch_done, limit_reached, stopped_early, diverged, interrupted };

  /// What the rows split_.validation are rows of.
  const Dataset& validation_part() const;
  RunInfo info() const;
  void keep(RunMoment moment) const;
  /// All epochs, or as many as it takes to stop; epoch_done if none was left.
  Progress train();
  /// What ends the run before the next epoch; epoch_done if nothing does, or an epoch is at hand.
  Progress before_epoch() const;
  /// Exports, tests and tells the observers.
  RunResult finish(Progress progress);
  /// The epoch, or what is left of it, and its validation.
  Progress train_epoch(std::uint32_t epoch);
  /// Its steps, or as many as it takes to stop.
  Progress train_steps(std::uint32_t epoch);
  Progress after_step(double loss) const;
  /// One update. Returns the batch's mean loss before it.
  double step(std::uint32_t epoch, std::size_t step_in_epoch);
  /// The same, and how far it moves the weights.
  double measured_step(std::uint32_t epoch, std::size_t step_in_epoch);
  /// Each group's rate by its schedule, and the update by its optimizer.
  void prepare_updates();
  /// What ends the run then; interrupted: before the epoch was validated.
  Progress finish_epoch(std::uint32_t epoch, Progress progress);
  void tell_epoch(std::uint32_t epoch);
  /// Evaluates the validation rows, if there are any. False if it was interrupted.
  bool validate_epoch();
  /// Draws the consequences: plateaus, best epoch and its weights.
  void learn_from_validation(std::uint32_t epoch);
  bool early_stopping_due() const;
  /// The best epoch's weights take the place of the last one's, if they have been kept.
  void restore_best();
  void complete_result(RunStatus status);
  /// Evaluates the test rows, if there are any, of a run that is completed.
  void test();
  /// Of the run as it stands, without the layer.
  Divergence divergence_in(Divergence::In in) const;
  /// Looks for the layer in the last step's batch.
  Divergence step_divergence();
  /// Looks for the layer in the weights, and in the evaluation of `rows` of `data`.
  Divergence later_divergence(Divergence::In in, const Dataset& data, std::span<const std::uint32_t> rows);
  /// Whether the epoch surely ends with this step.
  bool is_last(std::size_t step_in_epoch) const;
  bool limit_reached() const;
  bool stop_requested() const;
  bool time_is_up() const;
  /// What this rank lets the others know: a signal or a clock that one of them has seen must stop all at one step.
  std::uint32_t flags() const;
  double seconds() const { return run_clock_.seconds(); }
  std::uint64_t steps_of_epoch() const { return state_.steps_of_epoch(batches_.steps_per_epoch()); }

  TrainConfig config_;
  const DataSource& source_;
  ModelSpec model_;
  Split split_;  ///< validation: rows of validation_part()
  Scaler scaler_;
  Parameters parameters_;
  Batches batches_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t horizon_;                                         ///< steps of the run, if nothing ends it early
  std::function<void(std::uint64_t, LearningRates&)> set_rates_;  ///< may be empty
  std::function<void(RunMoment)> keep_;                           ///< may be empty
  LearningRates rates_;                                           ///< of each group, for the step at hand
  std::vector<kernels::OptimizerUpdate> updates_;                 ///< likewise

  std::uint32_t flags_ = 0;  ///< what any rank let the others know before the last step

  RunState state_;
  Stopwatch run_clock_;
  Stopwatch epoch_clock_;
  double train_seconds_ = 0;  ///< spent training in this epoch
  RunResult result_;
  std::span<Observer* const> observers_;
  const std::function<bool()>* stop_requested_ = nullptr;
};

}  // namespace strata
