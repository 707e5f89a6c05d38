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
  for (const Command& command : commands()) {
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
  const std::vector<Command> all = commands();
  const auto command = std::ranges::find(all, words[1], &Command::name);
  if (command == all.end()) {
    throw unknown(words[1]);
  }
  return answer({words.begin() + 1, words.end()}, command_help(*command));
}

struct Entry {
  std::string_view name;
  Command (*command)();
  Outcome (*run)(const CommandLine& line);
};

/// The commands that one process runs.
constexpr std::array<Entry, 11> kCommands{{{"find-lr", find_lr_command, run_find_lr},
                                           {"evaluate", evaluate_command, run_evaluate},
                                           {"predict", predict_command, run_predict},
                                           {"info", info_command, run_info},
                                           {"report", report_command, run_report},
                                           {"watch", watch_command, run_watch},
                                           {"diagnose", diagnose_command, run_diagnose},
                                           {"check", check_command, run_check},
                                           {"export", export_command, run_export},
                                           {"bench", bench_command, run_bench},
                                           {"completion", completion_command, run_completion}}};

Outcome run_command(const Words& words, Communicator& ranks) {
  const std::string& first = words.front();
  const Words rest(words.begin() + 1, words.end());
  if (first == "train") {
    return run_train(rest, ranks);
  }
  if (first == "sweep") {
    return run_sweep(rest, ranks);
  }
  const auto* const entry = std::ranges::find(kCommands, first, &Entry::name);
  if (entry != kCommands.end()) {
    const Command command = entry->command();
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
  const std::vector<Command> all = commands();
  const auto command = std::ranges::find(all, words.front(), &Command::name);
  return command != all.end() && !command->ranks_share.empty();
}

Outcome dispatch(const Words& words, Communicator& ranks) {
  try {
    return run_command(words, ranks);
  } catch (const Error& error) {
    throw with_command(words, error);
  }
}

}  // namespace strata::cli
