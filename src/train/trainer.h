// The training run: it owns everything that one run needs, and its step reads like the design's list.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/load.h"
#include "data/scaler.h"
#include "data/split.h"
#include "engine/engine.h"
#include "model/model.h"
#include "train/batches.h"
#include "train/limits.h"
#include "train/observer.h"
#include "train/part_evaluation.h"
#include "train/run_state.h"
#include "train/schedules.h"
#include "train/train_config.h"
#include "train/validator.h"

namespace strata {

class Trainer {
 public:
  /// Splits the rows, fits the scalers (or takes those that are given), initialises the weights (or takes `initial`)
  /// and builds the engine. `source` must outlive the trainer. Throws Error(usage) for a configuration that the data
  /// does not allow.
  Trainer(TrainConfig config, const DataSource& source, const Parameters* initial = nullptr,
          const Scaler* scaler = nullptr, const TargetScaler* target_scaler = nullptr);

  /// From now on `set` has the last word on the groups' rates at each update (counted from 1); it gets those of their
  /// schedules.
  void set_rates(std::function<void(std::uint64_t update, LearningRates& rates)> set) {
    updates_.set_rates(std::move(set));
  }

  /// Between two steps: from `change.step` on, which is still to come, the group of that place has the rate, as with
  /// the key lr_from of its optimizer. Throws Error(usage).
  void change_rate(std::size_t group, const RateChange& change);

  /// From now on `keep` hears of every moment at which snapshot() is one to go on from.
  void set_checkpoints(std::function<void(RunMoment)> keep) { keep_ = std::move(keep); }

  /// Before the run begins: goes on from there, with the steps that would have followed. `snapshot` is of a run of the
  /// same configuration (its length and threads apart) and data. Throws Error(data) if it cannot be, and Error(usage)
  /// if it is past the end of this run.
  void resume(RunSnapshot snapshot);
  /// Before the run begins: the optimizers go on from the state that they had after so many updates of a run on other
  /// data.
  void inherit(const OptimizerState& optimizers, std::uint64_t updates);
  /// The run as it stands, weights and optimizers' state in the canonical form.
  RunSnapshot snapshot() const;
  /// Whether there is a step to make, unless something unforeseen ends the run.
  bool has_steps_left() const;

  /// begin(), advance() to the end, finish(). The run ends when the epochs are done, a limit is reached, the loss is no
  /// longer finite, or stop_requested() is true (which it then stays; it is asked after every step, and all through an
  /// evaluation, by any thread); or by early stopping. If an observer throws, the run is over, and parameters() is what
  /// had been learnt by then.
  RunResult run(std::span<Observer* const> observers, const std::function<bool()>& stop_requested);

  /// The same in pieces, between which the caller has the word and the run's clock stands. Call begin() once; the
  /// observers must outlive the run.
  void begin(std::span<Observer* const> observers, std::function<bool()> stop_requested);
  /// Trains to the end of the epoch and its validation, or for so many steps if those are fewer. Whether the run goes
  /// on: false once something has ended it, from then on without a step.
  bool advance(std::uint64_t steps = std::numeric_limits<std::uint64_t>::max());
  /// After a request to stop has ended the run, before finish(): it goes on with the steps that would have followed.
  void go_on();
  bool interrupted() const { return progress_ == Progress::interrupted; }
  /// The end, once: final or best weights, test rows, result. A run that could have gone on is one that was stopped.
  RunResult finish();

  const TrainConfig& config() const { return config_; }
  const ModelSpec& model() const { return model_; }
  const Scaler& scaler() const { return scaler_; }
  const Task& task() const { return task_; }
  /// The initial weights; after the run the final ones, or with restore_best the best epoch's.
  const Parameters& parameters() const { return parameters_; }
  const RunState& state() const { return state_; }
  /// The weights as they stand in the course of the run.
  Parameters live_parameters() const;
  /// With which the next step updates the groups, as their schedules have it.
  LearningRates next_rates() const;
  /// Of the run so far.
  double seconds() const { return limits_.clock().seconds(); }
  /// The L2 norm of each layer's gradient in the last step, before clipping, 0 if it is frozen;
  /// config().gradient_norms.
  std::vector<double> gradient_norms() const { return engine_->gradient_norms(); }
  /// How many updates parameters() has after the run.
  std::uint64_t steps_of_parameters() const;
  std::size_t steps_per_epoch() const { return batches_.steps_per_epoch(); }
  std::string engine_name() const { return engine_->name(); }

 private:
  /// What has ended the run; done: its epochs are, or a limit is reached.
  enum class Progress { goes_on, done, stopped_early, diverged, interrupted };

  RunInfo info() const;
  /// The mean of the epoch at hand.
  Figure train_figure() const { return {figures_.front(), state_.means.figure()}; }
  void keep(RunMoment moment) const;
  /// Does `work`. Should it throw, what has been learnt is in parameters_, and the run is over.
  template <class Work>
  void keep_what_is_learnt(Work work);
  /// What ends the run before the next step, if that is an epoch's first.
  Progress before_epoch() const;
  /// The epoch, or what is left of it, and its validation; or so many of its steps.
  void train_epoch(std::uint64_t most);
  /// Its steps, or as many as it takes to stop.
  Progress train_steps(std::uint32_t epoch, std::uint64_t most);
  Progress after_step(double loss) const;
  /// One update. Returns the batch's mean loss before it.
  double step(std::uint32_t epoch, std::size_t step_in_epoch);
  /// The same, and how far it moves the weights.
  double measured_step(std::uint32_t epoch, std::size_t step_in_epoch);
  /// What ends the run then; interrupted: before the epoch was validated.
  Progress finish_epoch(std::uint32_t epoch, Progress progress);
  /// False if it was interrupted.
  bool validate_epoch(std::uint32_t epoch);
  void tell_epoch(std::uint32_t epoch);
  /// Of the weights as they stand, if an observer wants them; else empty.
  std::vector<UnitStatistics> units();
  /// Of the weights as they stand, if the epoch is the best so far and an observer wants it; else empty.
  std::string best_weights_hash(std::uint32_t epoch);
  /// What is predicted of as many validation rows as an observer wants.
  std::optional<PartEvaluation> judged();
  /// The best epoch's weights take the place of the last one's, if they have been kept.
  void restore_best();
  void complete_result(RunStatus status);
  /// Evaluates the test rows, if there are any, of a run that is completed.
  void test();
  /// Of the run as it stands, without the layer.
  Divergence divergence_in(Divergence::In in) const;
  /// With the layer, looked for in the weights and in the evaluation of `rows` of `data`.
  Divergence divergence_in(Divergence::In in, const Dataset& data, std::span<const std::uint32_t> rows);
  /// Whether the epoch surely ends with this step.
  bool is_last(std::size_t step_in_epoch) const;
  std::uint64_t steps_of_epoch() const { return state_.steps_of_epoch(batches_.steps_per_epoch()); }
  /// `hear` of every observer.
  template <class Info>
  void tell(void (Observer::*hear)(const Info&), const Info& info) const;

  TrainConfig config_;
  const DataSource& source_;
  ModelSpec model_;
  Split split_;  ///< its validation rows are with validator_
  Scaler scaler_;
  Task task_;
  std::span<const std::string_view> figures_;  ///< the objective's; every step has the first
  Parameters parameters_;
  Batches batches_;
  std::unique_ptr<Engine> engine_;
  Validator validator_;
  Limits limits_;
  GroupUpdates updates_;
  std::function<void(RunMoment)> keep_;  ///< may be empty

  std::vector<Observer*> observers_;
  RunState state_;
  std::uint64_t validated_step_ = 0;  ///< of state_.validation
  Progress progress_ = Progress::goes_on;
  RunResult result_;
};

}  // namespace strata
