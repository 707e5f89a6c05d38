// Folders of runs and sweeps that other processes fill, watched until they are over: line by line, or as a page of the
// terminal with keys.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/followed_folder.h"
#include "watch/canvas.h"

namespace strata::watch {

/// Who watches, and speaks with the user.
class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher() = default;

  /// A line on what has come, without its end. It may name fields (core/field.h).
  virtual void say(std::string_view line) = 0;
  /// The page of the folder is served at that address.
  virtual void serves(std::string_view address) = 0;
  /// The command that goes on with the run of a folder.
  virtual std::string resuming(const std::string& folder) const = 0;
  /// What ends the watching before its time, as a signal's number; 0: nothing has asked for it.
  virtual int stop_requested() const = 0;
};

using Folders = std::vector<FollowedFolder>;

/// Says what comes, line by line, until all folders are over. Returns watcher.stop_requested(): 0 if nobody stopped it.
/// With a `port`, 0 for a free one, the page of the one folder is served meanwhile; throws Error(usage) if that folder
/// is over already. Throws as FollowedFolder::look.
int follow(Folders& folders, Watcher& watcher, std::optional<std::uint16_t> port);

/// Shows a page on the terminal at stderr, until q is pressed; keys control the run of one folder. Returns and throws
/// as follow().
int show(Folders& folders, Watcher& watcher, const TerminalCharacters& characters);

/// A line for each folder, with its end, on what has become of it; or all of them as JSON.
std::string end_text(const Folders& folders, const Watcher& watcher);
nlohmann::ordered_json end_json(const Folders& folders, const Watcher& watcher);

}  // namespace strata::watch
