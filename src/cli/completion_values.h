// What a shell can offer as the value of an option.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options.h"

namespace strata::cli {

enum class ValueKind { none, text, choice, file, folder, optimizer };

/// By the option's choices and its placeholder; none: a flag.
ValueKind value_kind(const Option& option);

/// Of the words of a command that are no options; choice: `a|b`.
ValueKind operand_kind(const Command& command);

/// The choices `a|b` of such words, as `a b`.
std::string operand_choices(const Command& command);

/// The names of all commands, and of all optimizers, with spaces between them.
std::string command_names();
std::string optimizer_names();

/// What can follow the name of this optimizer and a comma, as `lr= momentum= schedule=cosine …`.
std::string optimizer_settings(std::string_view optimizer);

/// The first clause of the option's help.
std::string_view brief_help(const Option& option);

/// `script` with each `@NAME@` replaced by the text that belongs to NAME.
std::string filled(std::string script, std::initializer_list<std::pair<std::string_view, std::string>> texts);

}  // namespace strata::cli
