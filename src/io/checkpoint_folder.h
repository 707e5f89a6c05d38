// The folder of a run's checkpoints, and when there is a new one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "io/checkpoint.h"
#include "io/run_log.h"
#include "train/trainer.h"

namespace strata {

/// Files step-NNNNNNNN.safetensors, one for each step at which the run was kept.
class CheckpointFolder {
 public:
  explicit CheckpointFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(std::uint64_t step) const;
  /// The steps of the checkpoints, ascending; none if there is no folder. Throws Error(failed) if it cannot be read.
  std::vector<std::uint64_t> steps() const;

  /// Makes the folder if it is not there. Throws Error(failed).
  void create() const;
  /// Leaves the last `keep` checkpoints up to step `newest` and that of step `best`. Later ones, which could not be
  /// read when the run went on from `newest` or before, are of a part that is trained again.
  void remove_others(std::uint64_t newest, std::size_t keep, std::optional<std::uint64_t> best) const;

 private:
  std::filesystem::path path_;
};

/// How often a run is kept; neither: only at its end.
struct CheckpointPlan {
  std::optional<std::uint64_t> every_steps;
  bool every_epoch = false;
  double least_seconds = 0;  ///< between an epoch's checkpoint and the one before; the start and the end do not wait
  std::size_t keep = 2;      ///< the last so many, and the best epoch's

  bool periodic() const { return every_steps || every_epoch; }
};

/// Writes a run's checkpoints as it goes on: as the plan says, with a plan that is periodic also at the start and at
/// each epoch that is the best so far, and always where the run ends. Weights that are not finite are not kept.
class Checkpointer {
 public:
  /// `trainer` and `log`, which writes the run's metrics, must outlive this.
  Checkpointer(CheckpointFolder folder, CheckpointPlan plan, RunIdentity identity, const Trainer& trainer, RunLog& log);

  /// For Trainer::set_checkpoints. Throws Error(failed) naming the file.
  void keep(RunMoment moment);
  /// Between two steps: keeps the run now, unless it is as it was kept last. Returns the file; none for weights that
  /// are not finite. Throws as keep().
  std::optional<std::filesystem::path> save();

 private:
  struct Position {
    std::uint32_t epochs = 0;
    std::uint64_t global_step = 0;
    bool operator==(const Position&) const = default;
  };
  Position position() const;
  bool is_due(RunMoment moment) const;
  bool epoch_is_due() const;
  void write();
  std::optional<std::uint64_t> best_step() const;

  CheckpointFolder folder_;
  CheckpointPlan plan_;
  RunIdentity identity_;
  const Trainer& trainer_;
  RunLog& log_;
  std::optional<Position> kept_;  ///< by this process, last
  std::chrono::steady_clock::time_point kept_at_;
};

}  // namespace strata
