#include "library/settings.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"
#include "core/field.h"
#include "io/json_text.h"
#include "settings/settings_json.h"

namespace strata::library {

namespace {

nlohmann::ordered_json parsed(const char* settings) {
  try {
    return parse_json(settings);
  } catch (const Error& error) {
    throw usage_error("the settings are no JSON: {}", error.what());
  }
}

}  // namespace

GivenTexts texts_of_json(const std::vector<Option>& options, const char* settings) {
  if (settings == nullptr || std::string_view(settings).empty()) {
    return {};
  }
  nlohmann::ordered_json json = parsed(settings);
  if (!json.is_object()) {
    throw usage_error("the settings are {}; expected a JSON object of settings by name", json.type_name());
  }
  for (auto member = json.begin(); member != json.end();) {  // null is the default
    member = member->is_null() ? json.erase(member) : std::next(member);
  }
  return texts_of(options, json);
}

void refuse_outputs(const std::vector<Option>& options, const GivenTexts& given) {
  for (const Option& option : options) {
    if (option.member.read && !is_recorded(option) && given.contains(option.name)) {
      throw usage_error("{} does not apply: the library writes no file by itself; take what you want from the trainer",
                        field(option.name));
    }
  }
}

}  // namespace strata::library
