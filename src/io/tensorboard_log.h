// The metrics of a run as an event file that TensorBoard reads: docs/formats.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/file.h"
#include "train/observer.h"

namespace strata {

/// Whether this step's figures are kept: every one up to 1,000, then every tenth up to 10,000, every hundredth up to
/// 100,000, and so on, so that a run of any length gets some 1,000 to 2,000 points.
bool is_kept_step(std::uint64_t global_step);

/// Makes a new event file in a folder. Tags are metrics.jsonl's types and fields (`epoch/val_loss`,
/// `step/learning_rates/lower`); every event lies at its global step. At its first step the run says where it starts,
/// so that what earlier files of the folder hold of its steps is void; one that is interrupted has no result, as it may
/// go on. Records are written whole: at once for epochs and the result, else at the latest at the first kept step half
/// a second after the last write.
class TensorBoardLog : public Observer {
 public:
  /// `config` has every option of the run. Throws Error(failed) if the file cannot be made.
  TensorBoardLog(const std::filesystem::path& folder, nlohmann::ordered_json config);

  bool wants_update_ratios() const override { return true; }
  /// These throw Error(failed), naming the file, if the system refuses to write.
  void on_run(const RunInfo& run) override;
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;
  void on_result(const RunResult& result) override;

 private:
  void write(const std::string& records);

  nlohmann::ordered_json config_;
  std::string name_;
  FileDescriptor file_;
  bool started_ = false;  ///< whether a step was heard of
};

}  // namespace strata
