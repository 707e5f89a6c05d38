#include "cli/options/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "settings/choices.h"

namespace strata::cli {

namespace {

constexpr std::string_view kCommon = "Common";

Option resume_option() {
  return {
      .name = "resume",
      .value = "DIR",
      .heading = kOutput,
      .help =
          "go on with the run in a --run-dir from its last checkpoint, with its options, exactly as if it had not "
          "stopped; other --epochs, --max-steps and --max-time may be given (unless a schedule runs to the run's end), "
          "another --early-stopping, other --threads, another place of the data, and what only concerns output",
      .contradicts = {{.option = "run-dir", .reason = "the run goes on in its own folder"}}};
}

Option progress_option() {
  return choice("progress", kProgressStyles, "auto", kOutput,
                "bar: one live line an epoch; lines: a line an epoch; auto: bar on a terminal. Without a terminal at "
                "stderr, bar is lines");
}

Option live_option() {
  return {.name = "live",
          .value = "PORT",
          .heading = kOutput,
          .help =
              "serve a page of the run as it goes, on this machine alone, at the address that stderr tells; a free "
              "port without PORT (docs/live.md)",
          .value_optional = true};
}

/// What a run must end with.
std::vector<Option> expectation_options() {
  return {
      {.name = "fail-below",
       .value = "FIGURE=X",
       .heading = kOutput,
       .help = "exit code 5 if a figure of the result, such as val_accuracy=0.8, ends below X, or a loss above it; "
               "any number of times",
       .repeatable = true},
      {.name = "expect-hash", .value = "H", .heading = kOutput, .help = "exit code 5 if the weights' hash is another"}};
}

Option config_option() {
  return {.name = "config",
          .value = "FILE",
          .heading = kCommon,
          .help =
              "options from a TOML file, or from the config.json of a run; what the command line gives or "
              "contradicts is left out, and --no-NAME takes back a flag of it (docs/configuration.md)"};
}

/// Of every command.
std::vector<Option> common_options() {
  return {
      {.name = "quiet",
       .heading = kCommon,
       .help = "no progress and no messages but errors",
       .contradicts = {{.option = "progress",
                        .values = {"auto", "bar", "lines"},
                        .reason = "quiet means --progress none"}}},
      {.name = "json", .heading = kCommon, .help = "the result as one JSON object on stdout"},
      {.name = "help", .heading = kCommon, .help = "show this help (also -h)"},
      {.name = "version",
       .heading = kCommon,
       .help = "show the versions of Strata, oneDNN and TBB, and the instruction "
               "set in use"},
  };
}

/// Puts `own` before the option of that name.
void insert_before(std::vector<Option>& options, std::string_view name, Option own) {
  options.insert(std::ranges::find(options, name, &Option::name), std::move(own));
}

}  // namespace

Command train_command() {
  Command command{.name = "train", .summary = "train one model", .options = run_options(), .ranks_share = "each batch"};
  insert_before(command.options, "tensorboard", resume_option());
  insert_before(command.options, "threads", progress_option());
  insert_before(command.options, "threads", live_option());
  for (Option& option : expectation_options()) {
    insert_before(command.options, "threads", std::move(option));
  }
  insert_before(command.options, "threads", config_option());
  for (Option& option : common_options()) {
    command.options.push_back(std::move(option));
  }
  return command;
}

Command report_command() {
  Command command{.name = "report",
                  .summary = "run folders to one HTML page",
                  .options = {{.name = "output",
                               .value = "FILE",
                               .fallback_note = "report.html, in the folder if there is one, else here",
                               .heading = kOutput,
                               .help = "the page; a file that is there is replaced"}},
                  .operands = "DIR [DIR…]"};
  for (Option& option : train_options({"threads", "quiet", "json", "help", "version"})) {
    command.options.push_back(std::move(option));
  }
  return command;
}

Command watch_command() {
  Command command{.name = "watch",
                  .summary = "runs that go on, in the terminal",
                  .options = {live_option()},
                  .operands = "DIR [DIR…]"};
  command.options.front().help =
      "serve the page of one folder as it fills, to look at only, on this machine alone, at the address that stderr "
      "tells, in place of the terminal's; a free port without PORT (docs/live.md)";
  for (Option& option : train_options({"quiet", "json", "help", "version"})) {
    command.options.push_back(std::move(option));
  }
  return command;
}

Command diagnose_command() {
  return {.name = "diagnose",
          .summary = "what went wrong in a run, and what to do",
          .options = train_options({"threads", "quiet", "json", "help", "version"}),
          .operands = "RUN"};
}

Command check_command() {
  Command command{
      .name = "check",
      .summary = "whether a run repeats, by its folder",
      .options = {{.name = "hash",
                   .value = "H",
                   .fallback_note = "the one that the folder's metrics.jsonl ends with",
                   .heading = kOutput,
                   .help = "the hash of the weights that the run, trained once more by its config.json, has "
                           "to come to; exit code 5 if it comes to another"}},
      .operands = "RUN"};
  for (Option& option : train_options({"progress", "threads", "quiet", "json", "help", "version"})) {
    if (option.name == "threads") {
      option.fallback_note = "the run's";
    }
    command.options.push_back(std::move(option));
  }
  return command;
}

std::vector<Option> train_options(const std::vector<std::string_view>& names) {
  std::vector<Option> options;
  for (Option& option : train_command().options) {
    if (is_one_of(option.name, names)) {
      options.push_back(std::move(option));
    }
  }
  for (Option& option : options) {
    std::erase_if(option.contradicts, [&](const Contradiction& other) { return !is_one_of(other.option, names); });
  }
  return options;
}

std::vector<std::string_view> data_option_names() {
  std::vector<std::string_view> names;
  for (const Option& option : run_options()) {
    if (describes_data(option) && option.name != "data") {
      names.push_back(option.name);
    }
  }
  return names;
}

Command completion_command() {
  return {.name = "completion",
          .summary = "a script that completes command lines in a shell",
          .options = train_options({"help", "version"}),
          .operands = "bash|zsh|fish"};
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::span<const CommandEntry> command_entries() {
  static constexpr std::array<CommandEntry, 13> kEntries{{{"train", train_command},
                                                          {"sweep", sweep_command},
                                                          {"find-lr", find_lr_command},
                                                          {"evaluate", evaluate_command},
                                                          {"predict", predict_command},
                                                          {"info", info_command},
                                                          {"export", export_command},
                                                          {"report", report_command},
                                                          {"watch", watch_command},
                                                          {"bench", bench_command},
                                                          {"diagnose", diagnose_command},
                                                          {"check", check_command},
                                                          {"completion", completion_command}}};
  return kEntries;
}

const CommandEntry* find_command(std::string_view name) {
  const auto found = std::ranges::find(command_entries(), name, &CommandEntry::name);
  return found == command_entries().end() ? nullptr : &*found;
}

std::vector<Command> commands() {
  std::vector<Command> all;
  for (const CommandEntry& entry : command_entries()) {
    all.push_back(entry.make());
  }
  return all;
}

}  // namespace strata::cli
