// From the program's words to a command and its outcome: help, version, completion; errors with what to write instead.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/commands/commands.h"
#include "cli/options/options.h"
#include "cli/options/repeat_command.h"
#include "cli/shell/completion.h"
#include "cli/shell/streams.h"
#include "cli/text/help.h"
#include "cli/text/info.h"
#include "core/error.h"
#include "core/nearest.h"

namespace strata::cli {

namespace {

using Words = std::vector<std::string>;

void expect_alone(const Words& words) {
  if (words.size() > 1) {
    throw usage_error("unexpected argument '{}' after {}", words[1], words[0]);
  }
}

Outcome answer(const Words& words, const std::string& text) {
  expect_alone(words);
  write_stdout(text);
  return Outcome::done;
}

Error unknown(const std::string& word) {
  constexpr std::array<std::string_view, 2> kOptions{"--help", "--version"};
  if (word.starts_with('-')) {
    return usage_error("unknown option {} before a command; the nearest known one is {}", word,
                       nearest_name(word, kOptions));
  }
  std::vector<std::string_view> names;
  for (const CommandEntry& command : command_entries()) {
    names.push_back(command.name);
  }
  return usage_error("unknown command '{}'; the nearest known one is {}", word, nearest_name(word, names));
}

/// Also how docs/options.md and the manual page are made.
Outcome help(const Words& words) {
  if (words.size() == 2 && words[1] == "--man") {
    write_stdout(man_page(commands()));
    return Outcome::done;
  }
  if (words.size() == 2 && words[1] == "--markdown") {
    write_stdout(markdown_help(commands()));
    return Outcome::done;
  }
  if (words.size() < 2 || words[1] == "--help") {
    return answer({words.front()}, general_help());
  }
  const CommandEntry* command = find_command(words[1]);
  if (command == nullptr) {
    throw unknown(words[1]);
  }
  return answer({words.begin() + 1, words.end()}, command_help(command->make()));
}

struct Entry {
  std::string_view name;
  Outcome (*run)(const CommandLine& line);
};

/// The commands that one process runs.
constexpr std::array<Entry, 11> kOfOneProcess{{{"find-lr", run_find_lr},
                                               {"evaluate", run_evaluate},
                                               {"predict", run_predict},
                                               {"info", run_info},
                                               {"report", run_report},
                                               {"watch", run_watch},
                                               {"diagnose", run_diagnose},
                                               {"check", run_check},
                                               {"export", run_export},
                                               {"bench", run_bench},
                                               {"completion", run_completion}}};

Outcome run_command(const Words& words, Communicator& ranks) {
  const std::string& first = words.front();
  const Words rest(words.begin() + 1, words.end());
  if (first == "train") {
    return run_train(rest, ranks);
  }
  if (first == "sweep") {
    return run_sweep(rest, ranks);
  }
  const auto* const entry = std::ranges::find(kOfOneProcess, first, &Entry::name);
  if (entry != kOfOneProcess.end()) {
    const Command command = find_command(first)->make();
    const CommandLine line{command, rest, parse_arguments(command, rest)};
    return print_if_asked(command, line.arguments) ? Outcome::done : entry->run(line);
  }
  if (first == "complete") {  // which the scripts of completion ask, and no user need know
    write_stdout(completions(rest));
    return Outcome::done;
  }
  if (first == "--help" || first == "-h") {
    return answer(words, general_help());
  }
  if (first == "--version") {
    return answer(words, version_text());
  }
  if (first == "help") {
    return help(words);
  }
  throw unknown(first);
}

/// `error`, with the command line that would do if its remedy is known.
Error with_command(const Words& words, const Error& error) {
  if (error.remedy().empty()) {
    return error;
  }
  const Words options = with_remedy({words.begin() + 1, words.end()}, error.remedy());
  return {error.kind(), fmt::format("{}; try: {}", error.what(), command_line(words.front(), options))};
}

}  // namespace

bool runs_on_ranks(const Words& words) {
  const CommandEntry* command = find_command(words.front());
  return command != nullptr && !command->make().ranks_share.empty();
}

Outcome dispatch(const Words& words, Communicator& ranks) {
  try {
    return run_command(words, ranks);
  } catch (const Error& error) {
    throw with_command(words, error);
  }
}

}  // namespace strata::cli
