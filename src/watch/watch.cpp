#include "watch/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/threads.h"
#include "live/growing_document.h"
#include "report/folder_json.h"
#include "train/metrics.h"
#include "watch/keys.h"
#include "watch/screen.h"
#include "watch/view.h"

namespace strata::watch {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};

WatchedFolder shown(const FollowedFolder& folder, const Watcher& watcher) {
  const std::string name = folder.path().string();
  return {name, folder.stage(), folder.run(), folder.sweep(), watcher.resuming(name)};
}

std::vector<WatchedFolder> shown(const Folders& folders, const Watcher& watcher) {
  std::vector<WatchedFolder> all;
  for (const FollowedFolder& folder : folders) {
    all.push_back(shown(folder, watcher));
  }
  return all;
}

bool all_are_over(const Folders& folders) { return std::ranges::all_of(folders, &FollowedFolder::is_over); }

/// What comes of one folder, line by line.
class Lines {
 public:
  /// `name` begins each line; empty: there is one folder.
  Lines(std::string name, Watcher& watcher) : name_(std::move(name)), watcher_(watcher) {}

  void tell(const FollowedFolder& folder) {
    const WatchedFolder watched = shown(folder, watcher_);
    const bool is_going_on = folder.stage() == FolderStage::going_on;
    if (is_going_on || folder.is_over()) {
      tell_begin(watched);
      tell_epochs(folder);
      for (const std::string& key : folder.new_trials()) {
        say(watched_trial_line(*folder.sweep(), folder.sweep()->trials.at(key)));
      }
    }
    if (!is_going_on && folder.stage() != told_) {
      say((folder.is_over() || !name_.empty() ? "" : watched.name + " ") + watched_text(watched));
    }
    told_ = folder.stage();
  }

 private:
  void say(const std::string& text) const { watcher_.say(name_.empty() ? text : fmt::format("{}  {}", name_, text)); }

  void tell_begin(const WatchedFolder& watched) {
    const bool has_begun = watched.sweep != nullptr || (watched.run != nullptr && !watched.run->info.empty());
    if (has_begun && !begun_) {
      say(watched.run != nullptr ? trained_text(*watched.run) : "a sweep");
      begun_ = true;
    }
  }

  /// Epochs that a resumed run repeats are told again, not those before them.
  void tell_epochs(const FollowedFolder& folder) {
    for (const nlohmann::ordered_json& epoch : folder.new_epochs()) {
      const std::string line = watched_epoch_line(*folder.run(), epoch);
      std::string& told = epochs_[epoch.value("epoch", std::uint64_t{0})];
      if (told != line) {
        say(line);
        told = line;
      }
    }
  }

  std::string name_;
  Watcher& watcher_;
  FolderStage told_ = FolderStage::going_on;
  bool begun_ = false;
  std::map<std::uint64_t, std::string> epochs_;  ///< as they were told
};

/// The page of the one folder, if a port is asked for: served from when there is something to show until it is over.
class Page {
 public:
  Page(std::optional<std::uint16_t> port, Watcher& watcher) : port_(port), watcher_(watcher) {}

  void follow(const FollowedFolder& folder) {
    if (!port_) {
      return;
    }
    if (!page_ && folder.is_over()) {
      throw usage_error("{}: nothing goes on there; strata report makes the page of what is over",
                        folder.path().string());
    }
    if (!page_ && folder.stage() == FolderStage::going_on) {
      page_ = std::make_unique<LiveFolder>(folder.path(), *port_);
      watcher_.serves(page_->address());
    }
    const FollowedRun* const run = folder.run();
    if (page_ && run != nullptr && run->seconds_a_step && run->expected_steps >= run->steps) {
      page_->expect(*run->seconds_a_step * static_cast<double>(run->expected_steps - run->steps));
    }
  }

  /// Of a folder that is over, once its process has written the last of it. Returns whether that is so.
  bool finish(const FollowedFolder& folder) {
    if (page_ && is_worked_in(folder.path())) {
      return false;
    }
    if (page_) {
      page_->finish(available_threads());
    }
    return true;
  }

 private:
  std::optional<std::uint16_t> port_;
  Watcher& watcher_;
  std::unique_ptr<LiveFolder> page_;
};

/// The run that keys control: the only one, while its process takes requests.
const FollowedRun* controlled(const Folders& folders) {
  const bool is = folders.size() == 1 && folders.front().stage() == FolderStage::going_on &&
                  folders.front().run() != nullptr && takes_requests(folders.front().path());
  return is ? folders.front().run() : nullptr;
}

}  // namespace

int follow(Folders& folders, Watcher& watcher, std::optional<std::uint16_t> port) {
  std::vector<Lines> lines;
  for (const FollowedFolder& folder : folders) {
    lines.emplace_back(folders.size() > 1 ? folder.path().string() : "", watcher);
  }
  Page served(port, watcher);
  const Stopwatch clock;
  for (;;) {
    for (std::size_t i = 0; i < folders.size(); ++i) {
      const bool first = folders[i].stage() == FolderStage::missing;
      const bool changed = folders[i].look(clock.seconds());
      served.follow(folders[i]);
      if (changed || first) {
        lines[i].tell(folders[i]);
      }
    }
    if (watcher.stop_requested() != 0 || (all_are_over(folders) && served.finish(folders.front()))) {
      return watcher.stop_requested();
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

int show(Folders& folders, Watcher& watcher, const TerminalCharacters& characters) {
  const Stopwatch clock;
  Screen screen;
  Keys keys(screen.has_keys());
  Screen::Size size{0, 0};
  char key = 0;
  for (;;) {
    bool changed = key != 0;
    for (FollowedFolder& folder : folders) {
      changed = folder.look(clock.seconds()) || changed;
    }
    const FollowedRun* const run = controlled(folders);
    if (const Screen::Size now = screen.size(); changed || now != size) {
      size = now;
      screen.draw(page(shown(folders, watcher), keys.bottom(run), size.width, size.height).lines(characters));
    }
    key = screen.key(kBetweenLooks);
    const Keys::Effect effect = keys.press(key, run);
    if (watcher.stop_requested() != 0 || effect.quits) {
      return watcher.stop_requested();
    }
    if (!effect.request.is_null() && takes_requests(folders.front().path())) {  // else it has ended this moment
      request(folders.front().path(), effect.request);
    }
  }
}

std::string end_text(const Folders& folders, const Watcher& watcher) {
  std::string text;
  for (const WatchedFolder& folder : shown(folders, watcher)) {
    text += fmt::format("{}  {}\n", folder.name, watched_text(folder));
  }
  return text;
}

nlohmann::ordered_json end_json(const Folders& folders, const Watcher& watcher) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const WatchedFolder& folder : shown(folders, watcher)) {
    all.push_back(watched_json(folder));
  }
  return {{"folders", std::move(all)}};
}

}  // namespace strata::watch
