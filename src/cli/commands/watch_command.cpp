#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/arguments.h"
#include "cli/shell/live_page.h"
#include "cli/shell/message.h"
#include "cli/shell/output.h"
#include "cli/shell/screen.h"
#include "cli/shell/signals.h"
#include "cli/shell/terminal.h"
#include "cli/text/help.h"
#include "cli/text/watch_keys.h"
#include "cli/text/watch_view.h"
#include "core/error.h"
#include "core/threads.h"
#include "live/live_folder.h"
#include "report/folder_json.h"
#include "report/followed_folder.h"
#include "train/metrics.h"

namespace strata::cli {

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};

using Folders = std::vector<FollowedFolder>;

Folders watched_folders(const Arguments& arguments) {
  Folders folders;
  for (const std::string& operand : arguments.operands()) {
    const std::size_t end = operand.find_last_not_of('/');
    folders.emplace_back(end == std::string::npos ? operand : operand.substr(0, end + 1));
  }
  if (folders.empty()) {
    throw usage_error("strata watch expects the folder of a run or a sweep, or several");
  }
  return folders;
}

WatchedFolder shown(const FollowedFolder& folder) {
  return {folder.path().string(), folder.stage(), folder.run(), folder.sweep()};
}

std::vector<WatchedFolder> shown(const Folders& folders) {
  std::vector<WatchedFolder> all;
  for (const FollowedFolder& folder : folders) {
    all.push_back(shown(folder));
  }
  return all;
}

bool all_are_over(const Folders& folders) { return std::ranges::all_of(folders, &FollowedFolder::is_over); }

/// What comes of one folder, line by line, for streams that are no terminal.
class Lines {
 public:
  /// `name` begins each line; empty: there is one folder.
  explicit Lines(std::string name) : name_(std::move(name)) {}

  void tell(const FollowedFolder& folder) {
    const WatchedFolder watched = shown(folder);
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
  void say(const std::string& text) const {
    print_notes(fmt::format("{}{}{}\n", name_, name_.empty() ? "" : "  ", text));
  }

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
  FolderStage told_ = FolderStage::going_on;
  bool begun_ = false;
  std::map<std::uint64_t, std::string> epochs_;  ///< as they were told
};

/// The page of the one folder, if a port is asked for: served from when there is something to show until it is over.
class Page {
 public:
  explicit Page(std::optional<std::uint16_t> port) : port_(port) {}

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
      tell_live_page(page_->address());
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
  std::unique_ptr<LiveFolder> page_;
};

/// Until all folders are over; returns the signal that has ended it before that, else 0.
int follow(Folders& folders, const StopSignals& signals, bool quiet, Page page) {
  std::vector<Lines> lines;
  for (const FollowedFolder& folder : folders) {
    lines.emplace_back(folders.size() > 1 ? folder.path().string() : "");
  }
  const Stopwatch clock;
  for (;;) {
    for (std::size_t i = 0; i < folders.size(); ++i) {
      const bool first = folders[i].stage() == FolderStage::missing;
      const bool changed = folders[i].look(clock.seconds());
      page.follow(folders[i]);
      if ((changed || first) && !quiet) {
        lines[i].tell(folders[i]);
      }
    }
    if (signals.received() != 0 || (all_are_over(folders) && page.finish(folders.front()))) {
      return signals.received();
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

/// The run that keys control: the only one, while its process takes requests.
const FollowedRun* controlled(const Folders& folders) {
  const bool is = folders.size() == 1 && folders.front().stage() == FolderStage::going_on &&
                  folders.front().run() != nullptr && takes_requests(folders.front().path());
  return is ? folders.front().run() : nullptr;
}

/// Until q is pressed; returns the signal that has ended it before that, else 0.
int show(Folders& folders, const StopSignals& signals) {
  const Stopwatch clock;
  const TerminalCharacters characters{stderr_has_colour(), locale_is_utf8()};
  Screen screen;
  WatchKeys keys(screen.has_keys());
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
      screen.draw(watch_view(shown(folders), keys.bottom(run), size.width, size.height).lines(characters));
    }
    key = screen.key(kBetweenLooks);
    const WatchKeys::Effect effect = keys.press(key, run);
    if (signals.received() != 0 || effect.quits) {
      return signals.received();
    }
    if (!effect.request.is_null() && takes_requests(folders.front().path())) {  // else it has ended this moment
      request(folders.front().path(), effect.request);
    }
  }
}

void print_end(const Folders& folders, bool json) {
  if (json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const WatchedFolder& folder : shown(folders)) {
      all.push_back(watched_json(folder));
    }
    write_json_line({{"folders", std::move(all)}});
    return;
  }
  for (const WatchedFolder& folder : shown(folders)) {
    write_stdout(fmt::format("{}  {}\n", folder.name, watched_text(folder)));
  }
}

}  // namespace

Outcome run_watch(const std::vector<std::string>& words) {
  const Command command = watch_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  Folders folders = watched_folders(arguments);
  const StopSignals signals;
  const bool quiet = arguments.given("quiet");
  const std::optional<std::uint16_t> port = live_port(arguments);
  if (port && folders.size() > 1) {
    throw usage_error("--live serves the page of one folder, and {} are given; strata report compares runs",
                      folders.size());
  }
  const bool has_view = stderr_is_terminal() && !quiet && !port;
  const int stop = has_view ? show(folders, signals) : follow(folders, signals, quiet, Page(port));
  print_end(folders, arguments.given("json"));
  return stop == 0 ? Outcome::done : stopped_by(stop);
}

}  // namespace strata::cli
