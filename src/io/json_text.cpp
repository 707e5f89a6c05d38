#include "io/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace strata {

using nlohmann::json;

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
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
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
  return json(shown).dump(-1, ' ', true, json::error_handler_t::replace);
}

}  // namespace strata
