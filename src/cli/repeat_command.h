// The command line that repeats a run.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"

namespace strata::cli {

/// The words after `strata train` for those of `options` that are given, in their order.
std::vector<std::string> words_given(const std::vector<Option>& options, const Arguments& arguments);

/// The same for those that shape a run.
std::vector<std::string> shaping_words(const std::vector<Option>& options, const Arguments& arguments);

/// The same options as members of an object, by their names with underscores, as --config reads them.
nlohmann::ordered_json shaping_options(const std::vector<Option>& options, const Arguments& arguments);

/// `words` as they were typed after `command`; with --config, the options of its file in its place.
std::vector<std::string> without_config(const Command& command, const Arguments& arguments,
                                        const std::vector<std::string>& words);

/// `words` without an option that takes a value, and its values.
std::vector<std::string> without_option(const std::vector<std::string>& words, const std::string& name);

/// `strata COMMAND WORD…`, quoted for a POSIX shell where that is needed.
std::string command_line(std::string_view command, const std::vector<std::string>& words);

inline std::string train_command_line(const std::vector<std::string>& words) { return command_line("train", words); }

}  // namespace strata::cli
