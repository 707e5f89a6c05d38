#include "cli/options/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "cli/options/config_text.h"
#include "core/error.h"
#include "core/field.h"
#include "data/read_file.h"
#include "settings/option.h"
#include "settings/settings_json.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Members of a record that are no options.
constexpr std::array<std::string_view, 4> kOfRecords{"kind", "strata_version", "command", "from_weights"};
/// Options that only a command line can give.
constexpr std::array<std::string_view, 3> kTypedOnly{"config", "help", "version"};

std::string content(const std::filesystem::path& path) {
  try {
    const auto bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
  } catch (const Error& error) {
    throw usage_error("--config: {}", error.what());
  }
}

const Option* find_option(const Command& command, std::string_view name) {
  const auto found =
      std::find_if(command.options.begin(), command.options.end(), [&](const Option& o) { return o.name == name; });
  return found == command.options.end() || is_one_of(name, kTypedOnly) ? nullptr : &*found;
}

std::string with(char replacement, std::string key) {
  std::replace(key.begin(), key.end(), replacement == '-' ? '_' : '-', replacement);
  return key;
}

Error unknown(const std::string& key, const Command& command) {
  if (find_option(train_command(), with('-', key)) != nullptr) {
    return usage_error("{}: an option of strata train, not of strata {}", key, command.name);
  }
  std::vector<std::string_view> names;
  for (const Option& option : command.options) {
    if (find_option(command, option.name) != nullptr) {
      names.push_back(option.name);
    }
  }
  return usage_error("{}: unknown option; {} (strata {} --help lists all)", key, plain(name_hint(key, names)),
                     command.name);
}

/// The options of a record, if `command` can use them: its own or those of a run of train.
const Json& options_of_record(const Json& record, const Command& command) {
  const auto kind = record.find("kind");
  const std::string owner = kind == record.end() ? "train"
                            : kind->is_string()  ? kind->get<std::string>()
                                                 : kind->dump();
  if (owner != "train" && owner != command.name) {
    throw usage_error("this is what strata {} was asked for; strata {} cannot take it", owner, command.name);
  }
  return record.contains("options") ? record["options"] : record;
}

GivenTexts given_texts(const Json& options, const Command& command, bool is_record) {
  GivenTexts given;
  const Typing typing = is_record ? Typing::as_text : Typing::strict;
  std::optional<Command> train;  // made when a key that is not the command's asks for it
  const auto is_of_train = [&](const std::string& name) {
    if (!train) {
      train = train_command();
    }
    return find_option(*train, name) != nullptr;
  };
  for (const auto& [key, value] : options.items()) {
    const std::string name = with('-', key);
    const Option* option = find_option(command, name);
    if (option == nullptr) {
      if (is_record && (is_one_of(key, kOfRecords) || is_of_train(name))) {
        continue;
      }
      if (value.is_object()) {
        throw usage_error(
            "{}: unknown option with a table; options stand at the top of the file, outside of any [section], and only "
            "an optimizer (lower, upper, group) can be a table",
            key);
      }
      throw unknown(key, command);
    }
    if (given.contains(name)) {
      throw usage_error("{} is given twice; once is enough", key);
    }
    if (std::vector<std::string> texts = texts_of(*option, value, typing); !texts.empty()) {
      given.emplace(name, std::move(texts));
    }
  }
  return given;
}

}  // namespace

ConfigFile read_config_file(const std::filesystem::path& path, const Command& command) {
  return parse_config_file(content(path), path.string(), command);
}

ConfigFile parse_config_file(const std::string& text, const std::string& name, const Command& command) {
  const Json json = parse_config_text(text, name);
  try {
    if (!json.is_object()) {
      throw usage_error("expected an object of options");
    }
    const bool is_record = json.contains("strata_version") || json.contains("kind");
    return {given_texts(is_record ? options_of_record(json, command) : json, command, is_record), is_record};
  } catch (const Error& error) {
    throw usage_error("{}: {}", name, error.what());
  }
}

}  // namespace strata::cli
