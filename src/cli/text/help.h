// Help, docs/options.md and the manual page, from the tables of commands and optimizers.
#pragma once

#include <string>
#include <vector>

#include "cli/options/arguments.h"
#include "cli/options/options.h"

namespace strata::cli {

/// Three lines, for a command line without a command.
std::string short_usage();
/// The commands, for `strata --help`.
std::string general_help();
/// Options by heading with their defaults, then the optimizers, for `strata COMMAND --help`.
std::string command_help(const Command& command);
/// The same for every command, as docs/options.md has it.
std::string markdown_help(const std::vector<Command>& commands);
/// strata(1) in the man macros of roff, as `strata help --man` prints it for the build to install.
std::string man_page(const std::vector<Command>& commands);

/// Prints the command's help for --help, the versions for --version, if this process `speaks`; false if neither was
/// given.
bool print_if_asked(const Command& command, const Arguments& arguments, bool speaks = true);

}  // namespace strata::cli
