#include "cli/dispatch.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/completion_command.h"
#include "cli/evaluate_command.h"
#include "cli/export_command.h"
#include "cli/find_lr_command.h"
#include "cli/help.h"
#include "cli/info_command.h"
#include "cli/man_page.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/predict_command.h"
#include "cli/report_command.h"
#include "cli/sweep_command.h"
#include "cli/train_command.h"
#include "cli/version.h"
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

/// `help` is how docs/options.md and the manual page are made; users have --help.
Outcome help(const Words& words) {
  if (words.size() == 2 && words[1] == "--man") {
    write_stdout(man_page());
    return Outcome::done;
  }
  if (words.size() == 2 && words[1] == "--markdown") {
    write_stdout(markdown_help());
    return Outcome::done;
  }
  return answer(words, general_help());
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

}  // namespace

bool runs_on_ranks(const Words& words) {
  const std::vector<Command> all = commands();
  const auto command = std::ranges::find(all, words.front(), &Command::name);
  return command != all.end() && !command->ranks_share.empty();
}

Outcome dispatch(const Words& words, Communicator& ranks) {
  const std::string& first = words.front();
  if (first == "train") {
    return run_train({words.begin() + 1, words.end()}, ranks);
  }
  if (first == "sweep") {
    return run_sweep({words.begin() + 1, words.end()}, ranks);
  }
  if (first == "find-lr") {
    return run_find_lr({words.begin() + 1, words.end()});
  }
  if (first == "evaluate") {
    return run_evaluate({words.begin() + 1, words.end()});
  }
  if (first == "predict") {
    return run_predict({words.begin() + 1, words.end()});
  }
  if (first == "info") {
    return run_info({words.begin() + 1, words.end()});
  }
  if (first == "report") {
    return run_report({words.begin() + 1, words.end()});
  }
  if (first == "export") {
    return run_export({words.begin() + 1, words.end()});
  }
  if (first == "completion") {
    return run_completion({words.begin() + 1, words.end()});
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

}  // namespace strata::cli
