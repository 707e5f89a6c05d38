// One run from its data to its model, its folder and its page; or once more, by what its folder says of it.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/load.h"
#include "diagnose/run_facts.h"
#include "dist/communicator.h"
#include "io/checkpoint_folder.h"
#include "io/model_file.h"
#include "run/control.h"
#include "run/face.h"
#include "run/record.h"
#include "run/resume.h"
#include "settings/run_settings.h"
#include "train/observer.h"
#include "train/trainer.h"

namespace strata {

/// Throws Error(usage) unless this CPU has the instruction set and the precision that such a run asks for.
void require_cpu(const TrainConfig& config);

/// The run is shared by ranks, of which only rank 0 writes anything.
void share_among(Communicator& ranks, RunSettings& settings);

/// What came of a run.
struct FinishedRun {
  RunResult result;
  int stop = 0;                   ///< what asked it to stop (Face::stop_requested), on any rank
  bool controlled_stop = false;   ///< a request to the run (RunControl) has
  bool finite_weights = true;     ///< else no model was saved
  nlohmann::ordered_json page{};  ///< what its folder's page shows (page_data); null without a folder
};

/// A run as one of its ranks sees it.
class Training {
 public:
  /// Loads the data and makes the trainer, all that may be refused. `resumed`: the run to go on with, whose settings
  /// these are; or null. `control`: where the run can be asked for something, if it has a folder; or null. All must
  /// outlive this. Every rank calls it.
  Training(const RunSettings& settings, ResumedRun* resumed, Communicator& ranks, Face& face,
           ControlDesk* control = nullptr);

  /// The run's data.
  const DataSource& source() const { return *source_; }

  /// Trains, and leaves what the settings ask for. `observers` hear of the run after its logs; what one of them throws
  /// ends the run, but the model so far is saved.
  FinishedRun run(std::span<Observer* const> observers);

  /// The model as it stands before the run or after it.
  ModelFile model() const;
  /// metrics.jsonl of a run that goes on, as far as it has come; empty of any other.
  std::optional<std::filesystem::path> earlier_metrics() const;
  /// After a run without a folder: `json`, what run_json has of its records, with `test` and `diagnosis` as well.
  nlohmann::ordered_json judged(nlohmann::ordered_json json) const;

 private:
  bool speaks() const { return ranks_.rank() == 0; }
  void record(ResumedRun* resumed);
  void add(std::unique_ptr<Observer> observer);
  RunResult train(std::span<Observer* const> observers);
  /// The model, wherever the settings want it, unless it has diverged.
  void save_if_finite() const;
  /// Saves what there is, on the way out with an error that must be told, and not another one.
  void rescue() const;

  RunSettings settings_;  ///< as they were given, with what has been changed since
  const bool resumed_;
  Communicator& ranks_;
  Face& face_;
  std::optional<DataSource> source_;
  std::optional<Trainer> trainer_;
  std::unique_ptr<RunRecord> record_;
  std::optional<Checkpointer> checkpointer_;
  std::optional<RunControl> control_;
  std::unique_ptr<ObservedFacts> observed_;  ///< of a run without a folder to read
  std::vector<std::unique_ptr<Observer>> owned_;
  std::vector<Observer*> logs_;
};

/// The hash of the weights with which the run in `folder` has ended; empty if it has no end yet. Throws Error(data),
/// naming the file, for a folder without metrics or with damaged ones.
std::string recorded_hash(const std::filesystem::path& folder);

/// Trains as `settings` say and keeps nothing. `observers` hear of the run. Throws what loading the data and Trainer
/// throw.
RunResult repeat_run(const RunSettings& settings, std::span<Observer* const> observers);

}  // namespace strata
