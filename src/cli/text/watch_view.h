// What `strata watch` shows: run folders as a page of a terminal, or as lines where there is none.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/text/canvas.h"
#include "report/followed_folder.h"

namespace strata::cli {

/// A folder as it is shown. run and sweep are those of a FollowedFolder.
struct WatchedFolder {
  std::string name;
  FolderStage stage = FolderStage::missing;
  const FollowedRun* run = nullptr;
  const FollowedSweep* sweep = nullptr;
};

/// The page: of one run its curves, figures and groups; of one sweep its best trials; of several folders a table, with
/// the runs' curves over each other. `bottom` is its last line. What matters least goes first where room is short.
Canvas watch_view(std::span<const WatchedFolder> folders, std::string_view bottom, std::size_t width,
                  std::size_t height);

/// In words: `is not there yet; waiting for it`, `completed after 15,000 steps in 8.1 s  val loss …`.
std::string watched_text(const WatchedFolder& folder);

/// The line of an epoch, as strata train shows it.
std::string watched_epoch_line(const FollowedRun& run, const nlohmann::ordered_json& epoch);

/// The line of a trial.
std::string watched_trial_line(const FollowedSweep& sweep, const TrialRecord& trial);

/// For --json.
nlohmann::ordered_json watched_json(const WatchedFolder& folder);

}  // namespace strata::cli
