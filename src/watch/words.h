// The words of `strata watch`: what of a folder stands in its page and its lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/followed_folder.h"

namespace strata::watch {

/// A folder as it is shown. run and sweep are those of a FollowedFolder.
struct WatchedFolder {
  std::string name;
  FolderStage stage = FolderStage::missing;
  const FollowedRun* run = nullptr;
  const FollowedSweep* sweep = nullptr;
  std::string resuming{};  ///< what goes on with a run that was cut short: a command line
};

// The whole of it

/// `is not there yet; waiting for it`, `training: 12,000 of 15,000 steps`, `completed after 15,000 steps in 8.1 s  val
/// loss …`.
std::string watched_text(const WatchedFolder& folder);

/// What is trained: `784-300-100-50-10 elu, 1,500 steps an epoch, 10 epochs`.
std::string trained_text(const FollowedRun& run);

/// The line of an epoch, as strata train shows it.
std::string watched_epoch_line(const FollowedRun& run, const nlohmann::ordered_json& epoch);

/// The line of a trial.
std::string watched_trial_line(const FollowedSweep& sweep, const TrialRecord& trial);

/// For --json.
nlohmann::ordered_json watched_json(const WatchedFolder& folder);

// Its parts

/// A member of a line of the records; empty, 0 or no text where it has none of that kind.
std::optional<double> number_in(const nlohmann::ordered_json& object, std::string_view key);
std::uint64_t count_in(const nlohmann::ordered_json& object, std::string_view key);
std::string text_in(const nlohmann::ordered_json& object, std::string_view key);

/// How many the run was given.
std::uint32_t epochs_of(const FollowedRun& run);
/// The epoch that the last step belongs to.
std::uint64_t epoch_now(const FollowedRun& run);
/// `784-300-100-50-10 elu`
std::string network_text(const FollowedRun& run);
/// Until the last step; empty if that is not known.
std::string time_left(const FollowedRun& run);
/// In a word or two.
std::string state_text(const WatchedFolder& folder);
/// `completed after 96 steps in 30.2 s`, of a run with a result.
std::string ending_text(const FollowedRun& run);
/// A group's learning rate now; - of a frozen one.
std::string rate_of(const FollowedRun& run, std::size_t group);
/// `0-1`
std::string layers_of(const GroupFacts& group);
/// A line for the heads and one for each group.
std::vector<std::string> group_lines(const FollowedRun& run);
/// Heads, and a line each for the training, validation and test part as far as they have figures.
std::vector<std::string> figure_lines(const FollowedRun& run);
/// The best value of a sweep.
std::string best_of(const FollowedSweep& sweep);
/// How many trials are done, and how many of them came to nothing.
std::string trials_text(const FollowedSweep& sweep);

}  // namespace strata::watch
