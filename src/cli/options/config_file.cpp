#include "cli/options/config_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/field.h"
#include "data/read_file.h"
#include "io/json_text.h"
#include "settings/option.h"
#include "settings/settings_json.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Line and column, from 1, of a byte of `text`.
struct Place {
  std::size_t line;
  std::size_t column;
};

Place place_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const std::size_t newline = before.rfind('\n');
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          newline == std::string_view::npos ? before.size() + 1 : before.size() - newline};
}

/// What the parser says after the place, which it counts in its own way.
std::string_view reason(std::string_view message) {
  const std::size_t place = message.find("column ");
  const std::size_t colon = message.find(": ", place == std::string_view::npos ? 0 : place);
  return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

Json json_of(const std::string& text, const std::string& name) {
  std::set<std::string> keys;
  const auto check = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kMostNesting) {
      throw usage_error("{}: arrays and objects nest deeper than {}; no option takes such", name, kMostNesting);
    }
    if (depth == 1 && event == Json::parse_event_t::key && !keys.insert(parsed.get<std::string>()).second) {
      throw usage_error("{}: {} is given twice; once is enough", name, parsed.get<std::string>());
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::parse_error& error) {
    const Place place = place_of(text, error.byte > 0 ? error.byte - 1 : 0);
    throw usage_error("{}:{}:{}: malformed JSON: {}", name, place.line, place.column, reason(error.what()));
  } catch (const Json::out_of_range& error) {  // a number that no double holds
    throw usage_error("{}: malformed JSON: {}", name, error.what());
  }
}

Json to_json(const toml::node& node, const std::string& name) {
  if (const toml::table* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, value] : *table) {
      object[std::string(key.str())] = to_json(value, name);
    }
    return object;
  }
  if (const toml::array* array = node.as_array()) {
    Json list = Json::array();
    for (const toml::node& value : *array) {
      list.push_back(to_json(value, name));
    }
    return list;
  }
  if (const auto* text = node.as_string()) {
    return text->get();
  }
  if (const auto* whole = node.as_integer()) {
    return whole->get();
  }
  if (const auto* number = node.as_floating_point()) {
    return number->get();
  }
  if (const auto* boolean = node.as_boolean()) {
    return boolean->get();
  }
  throw usage_error("{}:{}:{}: no option takes a date or a time; write it in quotes if it is text", name,
                    node.source().begin.line, node.source().begin.column);
}

Json parse_toml(const std::string& text, const std::string& name) {
  try {
    return to_json(toml::parse(text, name), name);
  } catch (const toml::parse_error& error) {
    throw usage_error("{}:{}:{}: malformed TOML: {}", name, error.source().begin.line, error.source().begin.column,
                      error.description());
  }
}

}  // namespace

Json parse_config_text(const std::string& text, const std::string& name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{' ? json_of(text, name) : parse_toml(text, name);
}

namespace {

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
