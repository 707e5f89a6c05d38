// strata watch: src/watch's view of runs that go on.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/options/arguments.h"
#include "cli/options/option_values.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/signals.h"
#include "cli/shell/streams.h"
#include "cli/text/option_text.h"
#include "core/error.h"
#include "watch/watch.h"

namespace strata::cli {

namespace {

/// This command on stderr.
class ShellWatcher : public watch::Watcher {
 public:
  explicit ShellWatcher(bool quiet) : quiet_(quiet) {}

  void say(std::string_view line) override {
    if (!quiet_) {
      print_notes(fmt::format("{}\n", as_options(line)));
    }
  }
  void serves(std::string_view address) override { print_live_page(address); }
  std::string resuming(const std::string& folder) const override { return command_line("train", {"--resume", folder}); }
  int stop_requested() const override { return signals_.received(); }

 private:
  bool quiet_;
  StopSignals signals_;
};

watch::Folders watched_folders(const Arguments& arguments) {
  watch::Folders folders;
  for (const std::string& operand : arguments.operands()) {
    const std::size_t end = operand.find_last_not_of('/');
    folders.emplace_back(end == std::string::npos ? operand : operand.substr(0, end + 1));
  }
  if (folders.empty()) {
    throw usage_error("strata watch expects the folder of a run or a sweep, or several");
  }
  return folders;
}

}  // namespace

Outcome run_watch(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  watch::Folders folders = watched_folders(arguments);
  const bool quiet = arguments.given("quiet");
  ShellWatcher watcher(quiet);
  const std::optional<std::uint16_t> port = live_port(arguments);
  if (port && folders.size() > 1) {
    throw usage_error("--live serves the page of one folder, and {} are given; strata report compares runs",
                      folders.size());
  }
  const bool has_page = stderr_is_terminal() && !quiet && !port;
  const int stop = has_page ? watch::show(folders, watcher, {stderr_has_colour(), locale_is_utf8()})
                            : watch::follow(folders, watcher, port);
  if (arguments.given("json")) {
    write_json_line(watch::end_json(folders, watcher));
  } else {
    write_stdout(watch::end_text(folders, watcher));
  }
  return stop == 0 ? Outcome::done : stopped_by(stop);
}

}  // namespace strata::cli
