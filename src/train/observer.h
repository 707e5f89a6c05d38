// What a training run tells those who listen: progress displays, logs, checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/parameters.h"
#include "train/divergence.h"
#include "train/schedules.h"
#include "train/train_config.h"

namespace strata {

struct RunInfo {
  const TrainConfig& config;
  std::size_t parameters = 0;
  std::size_t features = 0;
  std::size_t classes = 0;
  std::size_t train_rows = 0;
  std::size_t validation_rows = 0;
  std::size_t test_rows = 0;
  std::size_t steps_per_epoch = 0;
  std::string engine;  ///< Engine::name()
  int threads = 1;     ///< of the engine
};

struct StepInfo {
  std::uint32_t epoch = 0;                                      ///< from 1
  std::size_t step = 0;                                         ///< within the epoch, from 1
  std::uint64_t global_step = 0;                                ///< from 1
  double loss = 0;                                              ///< the batch's mean loss before the update, as trained
  double mean_loss = 0;                                         ///< over the epoch's rows so far
  double mean_accuracy = 0;                                     ///< over the epoch's rows so far
  double train_seconds = 0;                                     ///< spent training in this epoch so far
  std::size_t rows = 0;                                         ///< rows trained on in this epoch so far
  std::span<const LearningRates::value_type> learning_rates{};  ///< of the update; valid during the call only
};

struct EpochInfo {
  std::uint32_t epoch = 0;
  std::uint64_t global_step = 0;
  double train_loss = 0;
  double train_accuracy = 0;
  std::optional<double> val_loss;  ///< empty without validation rows
  std::optional<double> val_accuracy;
  double seconds = 0;                    ///< training and validation
  double samples_per_second = 0;         ///< training alone
  LearningRates learning_rates;          ///< at the epoch's last step
  std::optional<double> val_macro_f1{};  ///< these two only if monitored
  std::optional<double> val_auc{};
  std::optional<std::uint32_t> best_epoch{};  ///< by the monitored figure, so far; empty without validation rows
  std::vector<double> update_ratios{};  ///< of each layer at the epoch's last step (update_ratio.h), if an observer
                                        ///< wants them and the epoch was not cut short by time
};

enum class RunStatus { completed, diverged, interrupted };

struct RunResult {
  RunStatus status = RunStatus::completed;
  std::uint32_t epochs = 0;          ///< whole epochs
  std::uint64_t steps = 0;           ///< updates made
  std::optional<double> train_loss;  ///< means of the last epoch, finished or not
  std::optional<double> train_accuracy;
  std::optional<double> val_loss;  ///< of the weights' epoch: the last one validated, or the best one if restored
  std::optional<double> val_accuracy;
  std::optional<double> test_loss;  ///< empty unless completed
  std::optional<double> test_accuracy;
  double seconds = 0;
  std::string weights_hash;
  Monitor monitor = Monitor::val_loss;
  std::optional<std::uint32_t> best_epoch{};  ///< by the monitored figure; empty if no epoch was validated
  std::optional<double> best_value{};         ///< the figure
  bool stopped_early = false;                 ///< by early stopping
  bool restored_best = false;                 ///< the weights are the best epoch's
  std::optional<Divergence> divergence{};     ///< if it diverged
};

/// Hears of a run in this order: on_run, (on_step …, on_epoch) …, on_result. The references passed are valid
/// during the call only. An exception thrown here ends the run.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Whether on_epoch should be told EpochInfo::update_ratios; they cost two copies of the weights an epoch.
  virtual bool wants_update_ratios() const { return false; }
  virtual void on_run(const RunInfo&) {}
  virtual void on_step(const StepInfo&) {}
  virtual void on_epoch(const EpochInfo&) {}
  virtual void on_result(const RunResult&) {}
};

}  // namespace strata
