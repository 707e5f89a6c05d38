// What a run reads, and what it leaves behind: its model, and its folder.
#pragma once

#include <cstdint>
#include <optional>

#include "data/load.h"
#include "io/input_files.h"
#include "io/model_file.h"
#include "io/run_folder.h"
#include "io/run_log.h"
#include "run/face.h"
#include "settings/run_settings.h"
#include "train/trainer.h"

namespace strata {

/// The files that a run of these settings reads, but for the model that it goes on from.
InputFiles files_read_beside_model(const RunSettings& settings);
/// Those with it.
InputFiles files_read(const RunSettings& settings);

/// config_json as files keep it: its paths lead to the same files from any folder. Throws as stored_path.
nlohmann::ordered_json stored_config(const RunSettings& settings);

bool has_finite_weights(const Trainer& trainer);

/// The model with those weights, which `steps` updates have made.
ModelFile model_of(const RunSettings& settings, const Trainer& trainer, const DataSource& source, Parameters parameters,
                   std::uint64_t steps);

void save_model(const std::filesystem::path& path, const RunSettings& settings, const Trainer& trainer,
                const DataSource& source);

/// A run folder that fills as its run goes on: configuration and metrics by themselves, the model by finish().
class RunRecord {
 public:
  /// Creates the folder; `settings` and `face` must outlive this.
  RunRecord(const std::filesystem::path& folder, const RunSettings& settings, const Face& face);
  /// Goes on in a folder whose metrics keep their first `metrics_bytes` bytes.
  RunRecord(RunFolder folder, const RunSettings& settings, const Face& face, std::uint64_t metrics_bytes);

  /// Listens to the run and writes metrics.jsonl.
  RunLog& log() { return log_; }
  const RunFolder& folder() const { return folder_; }

  /// The settings have changed: from now on config.json has them as they are.
  void rewrite_config() const;
  /// A clock or a signal has stopped the run after so many steps: from now on config.json asks for as many.
  void set_steps(std::uint64_t steps) const;

 private:
  const RunSettings& settings_;
  const Face& face_;
  RunFolder folder_;
  RunLog log_;
};

}  // namespace strata
