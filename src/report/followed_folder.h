// Folders of runs and sweeps that another process fills: read as they grow, and requests to that process, for who
// watches them.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "diagnose/run_facts.h"
#include "report/curves.h"
#include "report/json_files.h"
#include "report/metrics_series.h"
#include "search/ranking.h"

namespace strata {

/// What is known of a run that goes on, or has.
struct FollowedRun {
  nlohmann::ordered_json config = nlohmann::ordered_json::object();  ///< its options by key
  nlohmann::ordered_json info = nlohmann::ordered_json::object();    ///< its run line
  nlohmann::ordered_json epoch = nlohmann::ordered_json::object();   ///< the last epoch's line
  nlohmann::ordered_json result;                                     ///< null: it has none yet
  std::optional<StepLine> step{};                                    ///< the last one
  std::uint64_t steps = 0;                                           ///< made so far
  std::uint64_t expected_steps = 0;                                  ///< if nothing ends the run early; 0: not known
  std::uint64_t steps_per_epoch = 0;                                 ///< likewise
  nlohmann::ordered_json change{};  ///< the last line of changes.jsonl: what somebody has changed as it went; else null
  std::optional<double> best_value{};                         ///< of the monitored figure
  std::optional<double> seconds_a_step{};                     ///< of late, validation included
  std::vector<GroupFacts> groups{};                           ///< without rates by step
  GrowingCurve loss{};                                        ///< of batches; as all curves by global_step
  GrowingCurve figure{};                                      ///< the quick one, of batches
  std::map<std::string, GrowingCurve> by_epoch{};             ///< train_loss, val_loss, val_accuracy, …
  std::vector<std::pair<std::string, GrowingCurve>> rates{};  ///< by group
  std::vector<GrowingCurve> update_ratios{};                  ///< by layer

  /// Whether somebody has asked it to wait, and it has made no step since.
  bool is_paused() const;
  /// The name of the quick figure; empty before the first step.
  std::string_view quick() const { return step ? std::string_view(step->figure) : std::string_view(); }
};

/// What is known of a sweep.
struct FollowedSweep {
  Monitor monitor{};
  std::map<std::string, TrialRecord> trials{};  ///< by key
  std::vector<std::string> order{};             ///< keys, as the trials came to their end
  std::optional<std::size_t> planned{};         ///< trials at most, if the lists say it

  /// Best first; refers to `trials`.
  std::vector<Candidate> candidates() const;
};

enum class FolderStage {
  missing,    ///< there is no such folder
  waiting,    ///< nothing is recorded in it yet
  going_on,   ///< or has stopped a moment ago
  ended,      ///< with a result
  cut_short,  ///< its process has gone without one
};

/// One folder, looked at again and again.
class FollowedFolder {
 public:
  explicit FollowedFolder(std::filesystem::path path);

  /// Reads what has come since the last look, and costs little if nothing has. `now` is in seconds, of a clock that
  /// stands still or goes on. Returns whether anything is other than before. Throws Error(data) for a damaged file, and
  /// Error(usage) for what is no folder or that of a learning-rate test.
  bool look(double now);

  const std::filesystem::path& path() const { return path_; }
  FolderStage stage() const { return stage_; }
  bool is_over() const { return stage_ == FolderStage::ended || stage_ == FolderStage::cut_short; }
  /// Either, or none while it is not known which it is.
  const FollowedRun* run() const { return run_ ? &*run_ : nullptr; }
  const FollowedSweep* sweep() const { return sweep_ ? &*sweep_ : nullptr; }

  /// The lines of epochs, and the keys of trials, that the last look has brought.
  const std::vector<nlohmann::ordered_json>& new_epochs() const { return new_epochs_; }
  const std::vector<std::string>& new_trials() const { return new_trials_; }

 private:
  bool read_config();
  void begin();
  bool read_records();
  void take_metrics(std::string_view line);
  void take_step(const StepLine& step);
  void take_epoch(nlohmann::ordered_json line);
  void take_trial(std::string_view line);
  bool read_changes();
  void time_steps(double now);
  FolderStage stage_now(double now, bool changed);

  std::filesystem::path path_;
  FolderStage stage_ = FolderStage::missing;
  nlohmann::ordered_json config_;  ///< of config.json; null: not there yet
  std::filesystem::file_time_type config_time_{};
  std::optional<GrowingLines> lines_;
  std::optional<GrowingLines> changes_;  ///< of a run
  std::optional<FollowedRun> run_;
  std::optional<FollowedSweep> sweep_;
  std::vector<nlohmann::ordered_json> new_epochs_;
  std::vector<std::string> new_trials_;
  StepLine step_;                                         ///< the one that is read
  std::deque<std::pair<double, std::uint64_t>> reached_;  ///< when which step was seen
  double next_check_ = 0;                                 ///< when to ask whether a process still works in the folder
};

/// Whether the run of the folder takes requests, lines of control.jsonl: its process makes that file while it does, and
/// this user may write to it.
bool takes_requests(const std::filesystem::path& folder);

/// Adds a line, such as {"do":"pause"}; the run does it between two steps and tells so in changes.jsonl. Throws
/// Error(failed).
void request(const std::filesystem::path& folder, const nlohmann::ordered_json& what);

}  // namespace strata
