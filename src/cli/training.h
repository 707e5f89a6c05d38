// What the commands that train have in common: data, trainer, and what a run leaves behind.
#pragma once

#include <optional>

#include "cli/train_settings.h"
#include "data/load.h"
#include "io/run_folder.h"
#include "io/run_log.h"
#include "train/trainer.h"

namespace strata::cli {

/// Throws Error(data) for what cannot be read.
DataSource load_data(const TrainSettings& settings);

/// The trainer of these settings; `source` must outlive it. Throws what reading --initial-weights and Trainer throw.
Trainer make_trainer(const TrainSettings& settings, const DataSource& source);

bool has_finite_weights(const Trainer& trainer);

void save_model(const std::filesystem::path& path, const TrainSettings& settings, const Trainer& trainer,
                const DataSource& source);

/// A run folder that fills as its run goes on: configuration and metrics by themselves, the model by finish().
class RunRecord {
 public:
  /// Creates the folder; `settings` must outlive this.
  RunRecord(const std::filesystem::path& folder, const TrainSettings& settings);
  /// Goes on in a folder whose metrics keep their first `metrics_bytes` bytes.
  RunRecord(RunFolder folder, const TrainSettings& settings, std::uint64_t metrics_bytes);

  /// Listens to the run and writes metrics.jsonl.
  RunLog& log() { return log_; }
  const RunFolder& folder() const { return folder_; }

  /// A clock or a signal has stopped the run after so many steps: from now on config.json asks for as many.
  void set_steps(std::uint64_t steps) const;

 private:
  const TrainSettings& settings_;
  RunFolder folder_;
  RunLog log_;
};

}  // namespace strata::cli
