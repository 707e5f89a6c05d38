#include "cli/options/config_text.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>

#include "core/error.h"
#include "io/json_text.h"

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

}  // namespace strata::cli
