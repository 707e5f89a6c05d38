// Fuzz target: configuration files, TOML and JSON, and the config.json of runs.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/options/config_file.h"
#include "settings/run_config.h"
#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

using Json = nlohmann::ordered_json;

/// Infinities and NaN, which JSON lacks, are null.
std::string json_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void check_command(const std::string& text, const cli::Command& command) {
  const auto file = answer({ErrorKind::usage}, [&] { return cli::parse_config_file(text, kName, command); });
  require(file || file.message.find(kName) != std::string::npos, "errors name the file");
  if (!file) {
    return;
  }
  for (const auto& [name, texts] : file->options) {
    require(std::ranges::find(command.options, name, &Option::name) != command.options.end(),
            "options of a file are the command's");
    require(!texts.empty(), "an option that is given has a text");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<cli::Command> kCommands = cli::commands();
  const std::string text(text_of({data, size}));
  const auto json = answer({ErrorKind::usage}, [&] { return cli::parse_config_text(text, kName); });
  if (!json) {
    return 0;
  }
  for (const cli::Command& command : kCommands) {
    const bool configurable = std::ranges::find(command.options, "config", &Option::name) != command.options.end();
    if (configurable) {
      check_command(text, command);
    }
  }
  if (json->is_object()) {
    answer({ErrorKind::data}, [&] { return run_config(*json); });
    const std::string written = json_text(*json);
    require(json_text(cli::parse_config_text(written, kName)) == written,
            "a configuration, written again as JSON, reads equal");
  }
  return 0;
}
