// What a sweep keeps on disk: docs/formats.md.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/sweep_settings.h"
#include "cli/sweep_trials.h"
#include "cli/train_settings.h"
#include "data/load.h"
#include "io/folder_lock.h"
#include "search/trial_log.h"

namespace strata::cli {

/// A sweep's folder with its configuration and trials; no other process can use it while this lives.
class SweepFolder {
 public:
  /// Opens the folder or makes a new one. Throws Error(usage) if it holds something else, or a sweep whose options
  /// differ from `options`, listing them; Error(data) for files that it cannot read.
  SweepFolder(const std::filesystem::path& path, const SweepSettings& sweep, const SweptOptions& options,
              Monitor monitor, const std::string& command);

  TrialLog& trials() { return trials_; }
  std::filesystem::path best() const { return path_ / "best"; }

  /// Trains the best trial once more, with so many threads, into best/, unless it is there. Throws Error(failed) if the
  /// weights are others than the trial's. Nothing changes if stop_requested() becomes true on the way.
  void make_best(const TrialRecord& best, const TrainSettings& settings, int threads, const DataSource& source,
                 const std::function<bool()>& stop_requested) const;

  /// Writes the sweep's report.html, and that of best/ if there is one. Throws Error(failed).
  void make_reports(const DataSource& source, int threads) const;

 private:
  std::filesystem::path path_;
  FolderLock lock_;
  TrialLog trials_;
};

}  // namespace strata::cli
