#include "core/key_values.h"

#include <algorithm>

#include "core/error.h"

namespace strata {

namespace {

KeyValue parse_key_value(std::string_view part, std::string_view option, std::string_view example) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) {
    throw usage_error("{}: '{}' is not of the form key=value, as in {}", option, part, example);
  }
  return {part.substr(0, equals), part.substr(equals + 1)};
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::vector<KeyValue> parse_key_values(std::string_view text, std::string_view option, std::string_view example) {
  std::vector<KeyValue> settings;
  const std::vector<std::string_view> parts = split(text, ',');
  for (std::size_t i = 1; i < parts.size(); ++i) {  // the name comes first
    const KeyValue setting = parse_key_value(parts[i], option, example);
    if (std::ranges::find(settings, setting.key, &KeyValue::key) != settings.end()) {
      throw usage_error("{}: {} is given twice", option, setting.key);
    }
    settings.push_back(setting);
  }
  return settings;
}

}  // namespace strata
