// The command line that repeats a run.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"

namespace strata::cli {

/// The words after `strata train` for the options given that shape a run, in the order of `options`.
std::vector<std::string> shaping_words(const std::vector<Option>& options, const Arguments& arguments);

/// `words` without an option that takes a value, and its values.
std::vector<std::string> without_option(const std::vector<std::string>& words, const std::string& name);

/// `strata train WORD…`, quoted for a POSIX shell where that is needed.
std::string train_command_line(const std::vector<std::string>& words);

}  // namespace strata::cli
