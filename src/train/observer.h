// What a training run tells those who listen: progress displays, logs, checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/parameters.h"
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
};

struct StepInfo {
  std::uint32_t epoch = 0;        ///< from 1
  std::size_t step = 0;           ///< within the epoch, from 1
  std::uint64_t global_step = 0;  ///< from 1
  double loss = 0;                ///< the batch's mean cross-entropy before the update
  double mean_loss = 0;           ///< over the epoch's rows so far
  double mean_accuracy = 0;       ///< over the epoch's rows so far
  double train_seconds = 0;       ///< spent training in this epoch so far
  std::size_t rows = 0;           ///< rows trained on in this epoch so far
};

struct EpochInfo {
  std::uint32_t epoch = 0;
  std::uint64_t global_step = 0;
  double train_loss = 0;
  double train_accuracy = 0;
  std::optional<double> val_loss;  ///< empty without validation rows
  std::optional<double> val_accuracy;
  double seconds = 0;                                          ///< training and validation
  double samples_per_second = 0;                               ///< training alone
  std::vector<std::pair<std::string, double>> learning_rates;  ///< group name, rate at the epoch's last step
};

enum class RunStatus { completed, diverged, interrupted };

struct RunResult {
  RunStatus status = RunStatus::completed;
  std::uint32_t epochs = 0;          ///< whole epochs
  std::uint64_t steps = 0;           ///< updates made
  std::optional<double> train_loss;  ///< means of the last epoch, finished or not
  std::optional<double> train_accuracy;
  std::optional<double> val_loss;  ///< of the last epoch that was validated
  std::optional<double> val_accuracy;
  std::optional<double> test_loss;  ///< empty unless completed
  std::optional<double> test_accuracy;
  double seconds = 0;
  std::string weights_hash;
};

/// Hears of a run in this order: on_run, (on_step …, on_epoch) …, on_result. The references passed are valid
/// during the call only. An exception thrown here ends the run.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_run(const RunInfo&) {}
  virtual void on_step(const StepInfo&) {}
  virtual void on_epoch(const EpochInfo&) {}
  virtual void on_result(const RunResult&) {}
};

}  // namespace strata
