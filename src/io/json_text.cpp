#include "io/json_text.h"

#include <nlohmann/json.hpp>

namespace strata {

using nlohmann::json;

std::string json_string(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
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
