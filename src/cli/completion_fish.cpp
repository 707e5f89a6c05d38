#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.h"
#include "cli/completion_values.h"
#include "optim/optimizer.h"

namespace strata::cli {

namespace {

constexpr const char* kScript = R"(# fish completion for strata, made by: strata completion fish

# NAME[,KEY=VALUE…], perhaps after FIRST-LAST:
function __strata_optimizer
    set -l text (commandline -ct | string replace -r '^--[^=]*=' '')
    set -l group (string match -r '^\d+(?:-\d+)?:' -- "$text")
    set -l rest (string replace -r '^\d+(?:-\d+)?:' '' -- "$text")
    set -l kept (string replace -r '[^,]*$' '' -- "$rest")
    set -l settings
    switch "$kept"
        case ''
            set settings @OPTIMIZERS@
@SETTINGS@    end
    for setting in $settings
        echo -- "$group$kept$setting"
    end
end

complete -c strata -f
complete -c strata -n __fish_use_subcommand -l help -d 'the commands'
complete -c strata -n __fish_use_subcommand -l version -d 'versions and the instruction set in use'
@COMMANDS@@OPTIONS@)";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c == '\'' || c == '\\' ? "\\" : "";
    result += c;
  }
  return result;
}

std::string values(ValueKind kind, const std::string& choices) {
  switch (kind) {
    case ValueKind::none:
      return "";
    case ValueKind::text:
      return " -x";
    case ValueKind::choice:
      return fmt::format(" -x -a '{}'", choices);
    case ValueKind::file:
      return " -r -F";
    case ValueKind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::optimizer:
      return " -x -a '(__strata_optimizer)'";
  }
  return "";
}

std::string operands(const Command& command) {
  switch (operand_kind(command)) {
    case ValueKind::file:
      return " -F";
    case ValueKind::folder:
      return " -a '(__fish_complete_directories)'";
    case ValueKind::choice:
      return fmt::format(" -a '{}'", operand_choices(command));
    default:
      return "";
  }
}

std::string described_commands() {
  std::string text;
  for (const Command& command : commands()) {
    text += fmt::format("complete -c strata -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                        escaped(command.summary));
  }
  return text;
}

std::string options() {
  std::string text;
  for (const Command& command : commands()) {
    const std::string start = fmt::format("complete -c strata -n '__fish_seen_subcommand_from {}'", command.name);
    if (const std::string words = operands(command); !words.empty()) {
      text += fmt::format("{}{}\n", start, words);
    }
    for (const Option& option : command.options) {
      text += fmt::format("{} -l {}{} -d '{}'\n", start, option.name,
                          values(value_kind(option), fmt::format("{}", fmt::join(option.choices, " "))),
                          escaped(brief_help(option)));
    }
  }
  return text;
}

std::string settings() {
  std::string text;
  for (const OptimizerEntry& entry : optimizer_registry()) {
    if (!entry.keys.empty()) {
      text +=
          fmt::format("        case '{},*'\n            set settings {}\n", entry.name, optimizer_settings(entry.name));
    }
  }
  return text;
}

}  // namespace

std::string fish_completion() {
  return filled(kScript, {{"COMMANDS", described_commands()},
                          {"OPTIMIZERS", optimizer_names()},
                          {"SETTINGS", settings()},
                          {"OPTIONS", options()}});
}

}  // namespace strata::cli
