// A sweep's trials as event files, for TensorBoard's curves and its HParams: docs/formats.md.
#pragma once

#include <filesystem>
#include <vector>

#include "search/search_space.h"
#include "search/trial.h"
#include "train/monitor.h"

namespace strata {

/// A folder with an event file that describes the experiment and a folder for each trial, named by its key, with one
/// of its own. Each file is written whole or not at all.
class TrialEvents {
 public:
  /// Makes the folder, unless it is there, and writes what the sweep varies and compares.
  /// Throws Error(failed).
  TrialEvents(std::filesystem::path folder, std::vector<Axis> axes, Monitor monitor);

  /// Writes the trial's file, unless it is there: its values on the axes, its curve by epoch as `epoch/FIGURE`, the
  /// best epoch's figures as `best/FIGURE`, the result's as `final/FIGURE`. Trials that differ in nothing but the seed
  /// form one group. Throws Error(failed).
  void write(const TrialRecord& record) const;

 private:
  std::filesystem::path folder_;
  std::vector<Axis> axes_;
  Monitor monitor_;
};

}  // namespace strata
