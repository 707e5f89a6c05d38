#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/completion.h"
#include "cli/completion_values.h"
#include "optim/optimizer.h"

namespace strata::cli {

namespace {

constexpr const char* kScript = R"(#compdef strata
# zsh completion for strata, made by: strata completion zsh

# NAME[,KEY=VALUE…], perhaps after FIRST-LAST:
_strata_optimizer() {
  local -a settings
  compset -P '<->(|-<->):'
  if [[ $PREFIX != *,* ]]; then
    settings=(@OPTIMIZERS@)
  else
    case ${PREFIX%%,*} in
@SETTINGS@    esac
    compset -P '*,'
  fi
  compadd -S '' -- $settings
}

_strata() {
  local -a commands
  commands=(
@COMMANDS@  )
  if ((CURRENT == 2)); then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
@OPTIONS@  esac
}

_strata "$@"
)";

/// `text` with a backslash before each of `characters`, as it stands between single quotes.
std::string escaped(std::string_view text, std::string_view characters) {
  std::string result;
  for (const char c : text) {
    result += characters.find(c) == std::string_view::npos ? "" : "\\";
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result;
}

std::string action(ValueKind kind, const std::string& choices) {
  switch (kind) {
    case ValueKind::choice:
      return fmt::format("({})", choices);
    case ValueKind::file:
      return "_files";
    case ValueKind::folder:
      return "_files -/";
    case ValueKind::optimizer:
      return "_strata_optimizer";
    case ValueKind::none:
    case ValueKind::text:
      break;
  }
  return " ";
}

std::string specification(const Option& option) {
  const std::string help = escaped(brief_help(option), "[]\\:");
  if (option.value.empty()) {
    return fmt::format("'--{}[{}]'", option.name, help);
  }
  const std::string choices = fmt::format("{}", fmt::join(option.choices, " "));
  return fmt::format("'{}--{}=[{}]:{}:{}'", option.repeatable ? "*" : "", option.name, help,
                     escaped(option.choices.empty() ? option.value : option.name, ":\\"),
                     action(value_kind(option), choices));
}

std::string options() {
  std::string text;
  for (const Command& command : commands()) {
    text += fmt::format("    {})\n      _arguments", command.name);
    for (const Option& option : command.options) {
      text += fmt::format(" \\\n        {}", specification(option));
    }
    if (operand_kind(command) != ValueKind::none) {
      text += fmt::format(" \\\n        '*:{}:{}'", escaped(command.operands, ":\\"),
                          action(operand_kind(command), operand_choices(command)));
    }
    text += "\n      ;;\n";
  }
  return text;
}

std::string settings() {
  std::string text;
  for (const OptimizerEntry& entry : optimizer_registry()) {
    text += fmt::format("      {}) settings=({}) ;;\n", entry.name, optimizer_settings(entry.name));
  }
  return text;
}

std::string described_commands() {
  std::string text;
  for (const Command& command : commands()) {
    text += fmt::format("    '{}:{}'\n", command.name, escaped(command.summary, ""));
  }
  return text;
}

}  // namespace

std::string zsh_completion() {
  return filled(kScript, {{"COMMANDS", described_commands()},
                          {"OPTIMIZERS", optimizer_names()},
                          {"SETTINGS", settings()},
                          {"OPTIONS", options()}});
}

}  // namespace strata::cli
