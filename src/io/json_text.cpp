#include "io/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace strata {

namespace {

/// How deep arrays and objects nest in JSON text.
int nesting(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

std::string json_string(std::string_view text) {
  // Names in metrics, by the line; the library takes ten times as long for what needs no escape.
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; })) {
    std::string quoted(1, '"');
    return (quoted += text) += '"';
  }
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  try {
    return json.dump(indent);
  } catch (const nlohmann::ordered_json::type_error&) {
    const std::string shown = json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    const std::size_t place = shown.find("\\ufffd");
    throw data_error(
        "{}: the bytes shown as \\ufffd are not UTF-8, which JSON has to be; rename or convert what holds them",
        shown.substr(place - std::min<std::size_t>(place, 20), 40));
  }
}

nlohmann::ordered_json parse_json(std::string_view text) {
  if (nesting(text) > kMostNesting) {
    throw data_error("arrays and objects nest deeper than {}", kMostNesting);
  }
  try {
    return nlohmann::ordered_json::parse(text);
  } catch (const nlohmann::ordered_json::exception& error) {
    throw data_error("{}", error.what());
  }
}

std::string quoted_name(std::string_view name) {
  constexpr std::size_t kLongest = 60;
  std::string shown(name.substr(0, kLongest));
  if (name.size() > kLongest) {
    shown += "...";
  }
  return nlohmann::json(shown).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace strata
