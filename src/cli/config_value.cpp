#include "cli/config_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/error.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

Error unexpected(const Option& option, std::string_view expected, const Json& found) {
  constexpr std::size_t kShown = 60;
  std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kShown) {
    text.resize(kShown);
    text += "…";
  }
  return usage_error("--{}: expected {}, found {}", option.name, expected, text);
}

/// Numbers as short as they read back exactly.
std::string scalar_text(const Option& option, const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_number_float()) {
    return fmt::format("{}", value.get<double>());
  }
  if (value.is_number()) {
    return value.dump();
  }
  throw unexpected(option, option.value, value);
}

/// `name,key=value,…`, after `FIRST-LAST:` of a group.
std::string optimizer_text(const Option& option, const Json& table) {
  const bool grouped = option.value.find(':') != std::string::npos;
  if (!option.value.ends_with("OPTIMIZER") || !table.contains("name") || table.contains("layers") != grouped) {
    throw unexpected(option,
                     grouped                               ? "text, or a table with layers, name and keys"
                     : option.value.ends_with("OPTIMIZER") ? "text, or a table with name and keys"
                                                           : option.value,
                     table);
  }
  std::string text = scalar_text(option, table["name"]);
  for (const auto& [key, value] : table.items()) {
    if (key != "name" && key != "layers") {
      text += fmt::format(",{}={}", key, value.is_boolean() ? value.dump() : scalar_text(option, value));
    }
  }
  return grouped ? fmt::format("{}:{}", scalar_text(option, table["layers"]), text) : text;
}

std::string text_of(const Option& option, const Json& value) {
  return value.is_object() ? optimizer_text(option, value) : scalar_text(option, value);
}

bool takes_list(const Option& option) { return option.value.find(",…") != std::string::npos || option.value == "LIST"; }

std::string list_text(const Option& option, const Json& array) {
  if (array.empty()) {
    return "none";
  }
  std::string text;
  for (const Json& value : array) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", scalar_text(option, value));
  }
  return text;
}

}  // namespace

std::vector<std::string> texts_of(const Option& option, const Json& value) {
  if (option.value.empty()) {
    if (!value.is_boolean()) {
      throw unexpected(option, "true or false", value);
    }
    return value.get<bool>() ? std::vector<std::string>{""} : std::vector<std::string>{};
  }
  if (!value.is_array()) {
    return {text_of(option, value)};
  }
  std::vector<std::string> texts;
  if (option.repeatable) {
    std::transform(value.begin(), value.end(), std::back_inserter(texts),
                   [&](const Json& element) { return text_of(option, element); });
  } else if (takes_list(option)) {
    texts.push_back(list_text(option, value));
  } else {
    throw unexpected(option, fmt::format("{}, not a list", option.value), value);
  }
  return texts;
}

}  // namespace strata::cli
