// The command line that repeats a run.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/arguments.h"
#include "search/search_space.h"

namespace strata::cli {

/// The words of the options that are given, in their order.
std::vector<std::string> words_given(const std::vector<Option>& options, const Arguments& arguments);

/// `words` as they were typed after `command`; with --config, the options of its file in its place.
std::vector<std::string> without_config(const Command& command, const Arguments& arguments,
                                        const std::vector<std::string>& words);

/// `strata COMMAND WORD…`, quoted for a POSIX shell where that is needed.
std::string command_line(std::string_view command, const std::vector<std::string>& words);

/// `words` with what an error's remedy says, in place of what they say of those options.
std::vector<std::string> with_remedy(std::vector<std::string> words, const Remedy& remedy);

/// The words after `strata train` that give these options, by their keys as asked_json has them.
std::vector<std::string> train_words(const nlohmann::ordered_json& asked);

/// `strata train …` with those words.
std::string train_command_line(const nlohmann::ordered_json& asked);

/// The option of `strata sweep` that gives the axis: `--lower-lr 1e-4..1:9`, `--vary 'batch-size=32|64'`.
std::string axis_option(const Axis& axis);

}  // namespace strata::cli
