// Options from a file: docs/configuration.md.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/options/arguments.h"
#include "cli/options/options.h"

namespace strata::cli {

struct ConfigFile {
  GivenTexts options;  ///< as the command line would give them
  bool is_record =
      false;  ///< the config.json of a run, a sweep or a range test, which says more than what was asked for
};

/// Reads a TOML file or a JSON object of options of `command`, each by its name with underscores or dashes. Of a record
/// that Strata wrote, the options of train that `command` lacks are left out, and what is no option.
/// Throws Error(usage) naming the file: if it cannot be read or is malformed (with line and column), for an unknown
/// option (naming the nearest known one), a value of a type that the option does not take, or another command's record.
ConfigFile read_config_file(const std::filesystem::path& path, const Command& command);

/// The same of a file's text; `name` is the file's, for messages.
ConfigFile parse_config_file(const std::string& text, const std::string& name, const Command& command);

/// The text of such a file as one JSON object: parses JSON, if `text` begins with a brace, or else TOML. `name` is the
/// file's, for messages. Throws Error(usage), naming file, line and column, for text that is neither, a key given
/// twice, or a date.
nlohmann::ordered_json parse_config_text(const std::string& text, const std::string& name);

}  // namespace strata::cli
