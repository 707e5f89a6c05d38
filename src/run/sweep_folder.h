// What a sweep keeps on disk: docs/formats.md.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/load.h"
#include "io/run_folder.h"
#include "run/face.h"
#include "run/sweep_settings.h"
#include "search/trial_log.h"
#include "settings/run_settings.h"

namespace strata {

/// config.json of a sweep's folder.
nlohmann::ordered_json sweep_config(const SweepSettings& sweep, const SweptOptions& options, Monitor monitor,
                                    const std::string& command);

/// A sweep's folder with its configuration and trials; no other process can use it while this lives.
class SweepFolder {
 public:
  /// Opens the folder or makes a new one. Throws Error(usage) if it holds something else, or a sweep whose options
  /// differ from `options`, listing them; Error(data) for files that it cannot read.
  SweepFolder(const std::filesystem::path& path, const SweepSettings& sweep, const SweptOptions& options,
              Monitor monitor, const std::string& command);

  /// What it writes into its folder, but for config.json, from which a file of options may have read the options.
  static std::vector<std::filesystem::path> outputs(const std::filesystem::path& folder);

  TrialLog& trials() { return trials_; }
  std::filesystem::path best() const { return path_ / "best"; }
  std::filesystem::path page() const { return path_ / "report.html"; }

  /// Trains the best trial once more, with so many threads, into best/, unless it is there. `settings` are its own and
  /// end with the best epoch's weights. A record that lacks these weights' hash, as those of earlier versions, gets it.
  /// Throws Error(failed) if the weights are others than the trial's. Nothing changes if stop_requested() becomes true
  /// on the way.
  void make_best(const TrialRecord& best, const RunSettings& settings, int threads, const DataSource& source,
                 const Face& face, const std::function<bool()>& stop_requested);

  /// Writes the sweep's report.html, and that of best/ if there is one. Throws Error(failed).
  void make_reports(const DataSource& source, int threads) const;

 private:
  void complete(const TrialRecord& record, const std::string& best_hash, const std::string& best_command);

  std::filesystem::path path_;
  FolderLock lock_;
  TrialLog trials_;
};

}  // namespace strata
