// The text of a configuration file as one JSON object.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace strata::cli {

/// Parses JSON, if `text` begins with a brace, or else TOML. `name` is the file's, for messages.
/// Throws Error(usage), naming file, line and column, for text that is neither, a key given twice, or a date.
nlohmann::ordered_json parse_config_text(const std::string& text, const std::string& name);

}  // namespace strata::cli
