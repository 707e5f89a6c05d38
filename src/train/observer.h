// What a training run tells those who listen: progress displays, logs, checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/figure.h"
#include "model/model.h"
#include "train/divergence.h"
#include "train/schedules.h"
#include "train/train_config.h"
#include "train/unit_statistics.h"

namespace strata {

struct PartEvaluation;

struct RunInfo {
  const TrainConfig& config;
  std::size_t parameters = 0;
  std::size_t features = 0;
  std::size_t outputs = 0;
  std::size_t train_rows = 0;
  std::size_t validation_rows = 0;
  std::size_t test_rows = 0;
  std::size_t steps_per_epoch = 0;
  std::string engine;                            ///< Engine::name()
  int threads = 1;                               ///< of the engine
  std::vector<std::string> class_names{};        ///< (classes); empty: classes are 0, 1, …
  std::vector<std::size_t> untrained_classes{};  ///< that no training row has
  std::vector<double> class_weights{};           ///< of each class; empty: 1
  TargetShape targets{};                         ///< what is learnt
  std::span<const std::string_view> figures{};   ///< of it, the quick one first
};

struct StepInfo {
  std::uint32_t epoch = 0;                                      ///< from 1
  std::size_t step = 0;                                         ///< within the epoch, from 1
  std::uint64_t global_step = 0;                                ///< from 1
  double loss = 0;                                              ///< the batch's mean loss before the update, as trained
  double mean_loss = 0;                                         ///< over the epoch's rows so far
  Figure mean_figure{};                                         ///< the quick one, over the epoch's rows so far
  double train_seconds = 0;                                     ///< spent training in this epoch so far
  std::size_t rows = 0;                                         ///< rows trained on in this epoch so far
  std::optional<double> gradient_norm{};                        ///< before it was clipped, where norms are
  std::span<const LearningRates::value_type> learning_rates{};  ///< of the update; valid during the call only
};

struct EpochInfo {
  std::uint32_t epoch = 0;
  std::uint64_t global_step = 0;
  double train_loss = 0;
  FigureList train_figures;                   ///< the quick one
  std::optional<double> val_loss;             ///< empty without validation rows
  FigureList val_figures;                     ///< likewise: the quick one, then the monitored one
  double seconds = 0;                         ///< training and validation
  double samples_per_second = 0;              ///< training alone
  LearningRates learning_rates;               ///< at the epoch's last step
  std::optional<std::uint32_t> best_epoch{};  ///< by the monitored figure, so far; empty without validation rows
  std::vector<double> update_ratios{};        ///< of each layer at the epoch's last step (model/model.h), if an
                                              ///< observer wants them and the epoch was not cut short by time
  std::vector<UnitStatistics> units{};  ///< of each hidden layer, over validation or else training rows, if an observer
                                        ///< wants them
  std::string weights_hash{};  ///< at the epoch's end, if an observer wants it and the epoch is the best so far
  const PartEvaluation* judged = nullptr;  ///< of some validation rows, if an observer wants that and there are any;
                                           ///< valid during the call only
};

enum class RunStatus { completed, diverged, interrupted };

struct RunResult {
  RunStatus status = RunStatus::completed;
  std::uint32_t epochs = 0;          ///< whole epochs
  std::uint64_t steps = 0;           ///< updates made
  std::optional<double> train_loss;  ///< means of the last epoch, finished or not
  FigureList train_figures;          ///< the quick one
  std::optional<double> val_loss;    ///< of the weights' epoch: the last one validated, or the best one if restored
  FigureList val_figures;
  std::optional<double> test_loss;  ///< empty unless completed
  FigureList test_figures;
  double seconds = 0;
  std::string weights_hash;
  Monitor monitor{};
  std::optional<std::uint32_t> best_epoch{};  ///< by the monitored figure; empty if no epoch was validated
  std::optional<double> best_value{};         ///< the figure
  bool stopped_early = false;                 ///< by early stopping
  bool restored_best = false;                 ///< the weights are the best epoch's
  std::optional<Divergence> divergence{};     ///< if it diverged
  std::optional<std::uint32_t> val_epoch{};   ///< of val_loss, if the weights are later ones than those validated
};

/// Figures by part and name, such as val_loss. One that is not finite is NaN.
using NamedValues = std::map<std::string, double>;

/// The loss and figures of each part that has them.
NamedValues figures_of(const EpochInfo& epoch);
NamedValues figures_of(const RunResult& result);

/// Hears of a run in this order: on_run, (on_step …, on_epoch) …, on_result. The references passed are valid
/// during the call only. An exception thrown here ends the run.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Whether on_epoch should be told EpochInfo::update_ratios; they cost two copies of the weights an epoch.
  virtual bool wants_update_ratios() const { return false; }
  /// Whether on_epoch should be told EpochInfo::units; they cost a pass of 1,000 rows through each hidden layer.
  virtual bool wants_unit_statistics() const { return false; }
  /// Whether on_epoch should be told EpochInfo::weights_hash; it costs a copy of the weights at each best epoch.
  virtual bool wants_best_weights_hash() const { return false; }
  /// Of how many validation rows, spread evenly, on_epoch should be told EpochInfo::judged; it costs their predictions.
  virtual std::size_t wants_judged_rows() const { return 0; }
  virtual void on_run(const RunInfo&) {}
  virtual void on_step(const StepInfo&) {}
  virtual void on_epoch(const EpochInfo&) {}
  virtual void on_result(const RunResult&) {}
};

}  // namespace strata
