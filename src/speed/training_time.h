// How long steps of training take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "data/load.h"
#include "model/model.h"
#include "train/observer.h"
#include "train/train_config.h"
#include "train/trainer.h"

namespace strata {

/// Steps that were made, and what they took: training alone, without validation and what else ends an epoch.
struct TimedSteps {
  std::size_t steps = 0;
  std::size_t rows = 0;
  double seconds = 0;
};

/// A run that goes on for as many steps as are asked for, each time.
class TimedRun {
 public:
  /// `make` makes the trainer of a run that no limit ends.
  explicit TimedRun(const std::function<Trainer()>& make);

  /// Makes `steps` more. Throws Error(failed) once the loss is no longer finite.
  TimedSteps train(std::size_t steps);

  /// Of the last step's batch, before its update.
  double loss() const { return clock_.loss; }
  const Trainer& trainer() const { return trainer_; }

 private:
  /// Sums what the steps of all epochs have taken.
  struct Clock : Observer {
    void on_step(const StepInfo& info) override;

    std::uint32_t epoch = 0;
    TimedSteps before;  ///< the epochs until the one at hand
    TimedSteps so_far;  ///< and that
    double loss = 0;
  };

  Trainer trainer_;
  Clock clock_;
};

/// Seconds a step, the mean of `steps` of a run by `config`, after a tenth as many to warm up.
double time_training(const DataSource& source, TrainConfig config, std::size_t steps);

/// Floating-point operations of training on a row, a multiply-add counted as two: forward, gradients of the weights of
/// `trained` layers, and those of the outputs of all layers above the lowest of these.
double training_operations(const ModelSpec& model, const std::vector<bool>& trained);
/// Where all layers are trained.
double training_operations(const ModelSpec& model);

}  // namespace strata
