#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "cli/completion.h"
#include "cli/completion_values.h"
#include "optim/optimizer.h"

namespace strata::cli {

namespace {

// COMP_WORDS is cut at = and : too, so words are taken from the line.
constexpr const char* kScript = R"(# bash completion for strata, made by: strata completion bash

# Offers what `compgen $@` finds for the current word, of which bash replaces no more than follows its last = or :.
_strata_offer() {
  local cut=''
  if [[ $current == *[=:]* ]]; then cut=${current%"${current##*[=:]}"}; fi
  mapfile -t COMPREPLY < <(compgen "$@" -- "$current")
  COMPREPLY=("${COMPREPLY[@]#"$cut"}")
}

_strata_paths() {
  compopt -o filenames 2>/dev/null
  _strata_offer "$1"
}

# NAME[,KEY=VALUE…], perhaps after FIRST-LAST:
_strata_optimizer() {
  local group='' text=$current settings='' kept setting words=''
  if [[ $text =~ ^[0-9]+(-[0-9]+)?: ]]; then group=${BASH_REMATCH[0]}; fi
  text=${text#"$group"}
  kept=${text%"${text##*,}"}
  case $kept in
    '') settings='@OPTIMIZERS@' ;;
@SETTINGS@  esac
  for setting in $settings; do
    if [[ $kept != *",${setting%%=*}="* ]]; then words+=" $group$kept$setting"; fi
  done
  compopt -o nospace 2>/dev/null
  _strata_offer -W "$words"
}

_strata_options() {
  case $command in
@OPTIONS@    *) _strata_offer -W '--help --version' ;;
  esac
}

# What is no value of an option.
_strata_word() {
  case $command,$current in
    *,-*) _strata_options ;;
@OPERANDS@    *) _strata_options ;;
  esac
}

_strata() {
  local line=${COMP_LINE:0:COMP_POINT} current before command=${COMP_WORDS[1]}
  current=${line##*[[:space:]]}
  before=${line%"$current"}
  before=${before%"${before##*[![:space:]]}"}
  before=${before##*[[:space:]]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _strata_offer -W '@COMMANDS@ --help --version'
    return
  fi
  if [[ $current == --*=* ]]; then
    before=${current%%=*}
    current=${current#*=}
  fi
  case "$command $before" in
@VALUES@    *) _strata_word ;;
  esac
}

complete -F _strata strata
)";

std::string options() {
  std::string text;
  for (const Command& command : commands()) {
    std::string names;
    for (const Option& option : command.options) {
      names += fmt::format("{}--{}", names.empty() ? "" : " ", option.name);
    }
    text += fmt::format("    {}) _strata_offer -W '{}' ;;\n", command.name, names);
  }
  return text;
}

/// The code that completes such a value; empty for flags.
std::string code(ValueKind kind, const std::string& choices) {
  switch (kind) {
    case ValueKind::none:
      return "";
    case ValueKind::text:
      return "COMPREPLY=()";
    case ValueKind::choice:
      return fmt::format("_strata_offer -W '{}'", choices);
    case ValueKind::file:
      return "_strata_paths -f";
    case ValueKind::folder:
      return "_strata_paths -d";
    case ValueKind::optimizer:
      return "_strata_optimizer";
  }
  return "";
}

/// Options whose values are completed alike share a line.
std::string values() {
  std::map<std::string, std::vector<std::string>> options_by_code;
  for (const Command& command : commands()) {
    for (const Option& option : command.options) {
      const std::string its = code(value_kind(option), fmt::format("{}", fmt::join(option.choices, " ")));
      if (!its.empty()) {
        options_by_code[its].push_back(fmt::format("'{} --{}'", command.name, option.name));
      }
    }
  }
  std::string text;
  for (const auto& [its, options] : options_by_code) {
    text += fmt::format("    {}) {} ;;\n", fmt::join(options, " | "), its);
  }
  return text;
}

std::string operands() {
  std::string text;
  for (const Command& command : commands()) {
    if (const std::string its = code(operand_kind(command), operand_choices(command)); !its.empty()) {
      text += fmt::format("    {},*) {} ;;\n", command.name, its);
    }
  }
  return text;
}

std::string settings() {
  std::string text;
  for (const OptimizerEntry& entry : optimizer_registry()) {
    text += fmt::format("    {},*) settings='{}' ;;\n", entry.name, optimizer_settings(entry.name));
  }
  return text;
}

}  // namespace

std::string bash_completion() {
  return filled(kScript, {{"COMMANDS", command_names()},
                          {"OPTIMIZERS", optimizer_names()},
                          {"SETTINGS", settings()},
                          {"OPTIONS", options()},
                          {"OPERANDS", operands()},
                          {"VALUES", values()}});
}

}  // namespace strata::cli
