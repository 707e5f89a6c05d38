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

std::vector<KeyValue> parse_key_values(std::string_view text, std::string_view option, std::string_view example) {
  std::vector<KeyValue> settings;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    text = text.substr(comma + 1);
    const KeyValue setting = parse_key_value(name_of_text(text), option, example);
    if (std::ranges::find(settings, setting.key, &KeyValue::key) != settings.end()) {
      throw usage_error("{}: {} is given twice", option, setting.key);
    }
    settings.push_back(setting);
  }
  return settings;
}

}  // namespace strata
