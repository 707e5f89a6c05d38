// Every option of every command, declared once.
#pragma once

#include <string_view>
#include <vector>

#include "cli/option.h"

namespace strata::cli {

/// A command, its one-line summary and its options; those of all commands come last.
struct Command {
  std::string_view name;
  std::string_view summary;
  std::vector<Option> options;
  std::string_view operands{};     ///< words that belong to no option, such as DIR [DIR…]; empty: none are taken
  std::string_view ranks_share{};  ///< what several ranks under a launcher share out; empty: one process runs it
};

Command train_command();
Command report_command();

/// train's options of these names, in its order, for another command; without contradictions to those left out.
std::vector<Option> train_options(const std::vector<std::string_view>& names);

/// In the order in which help lists them.
std::vector<Command> commands();

}  // namespace strata::cli
