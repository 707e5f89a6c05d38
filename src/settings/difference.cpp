// In what the settings of two runs differ, and what may differ between the parts of one run.

#include <fmt/format.h>

#include <algorithm>

#include "core/field.h"
#include "optim/schedule.h"
#include "settings/option.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& config, const std::string& key) {
  if (!config.contains(key)) {
    return "none";
  }
  const Json& value = config.at(key);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

Keys keys_of(WhenResumed change) {
  Keys keys;
  for (const Option& option : run_options()) {
    if (is_recorded(option) && option.when_resumed == change) {
      keys.insert(key_of(option));
    }
  }
  return keys;
}

std::vector<Difference> differences(const Json& before, const Json& now, const Keys& free) {
  std::vector<Difference> all;
  const auto compare = [&](const std::string& key) {
    const std::string old_text = text_of(before, key);
    const std::string new_text = text_of(now, key);
    if (!free.contains(key) && old_text != new_text) {
      all.push_back({key, fmt::format("{} {} -> {}", field(key), old_text, new_text)});
    }
  };
  for (const auto& [key, value] : before.items()) {
    compare(key);
  }
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key)) {
      compare(key);
    }
  }
  return all;
}

const ParameterGroup* group_that_follows_length(const TrainConfig& config) {
  const auto found =
      std::ranges::find_if(config.groups, [](const auto& group) { return needs_horizon(group.optimizer.schedule); });
  return found == config.groups.end() ? nullptr : &*found;
}

Keys free_when_resumed(const TrainConfig& config, bool by_machine) {
  Keys free = keys_of(WhenResumed::moved);
  free.merge(keys_of(WhenResumed::patience));
  if (group_that_follows_length(config) == nullptr) {
    free.merge(keys_of(WhenResumed::length));
  }
  if (!by_machine) {
    free.merge(keys_of(WhenResumed::machine));
  }
  return free;
}

void leave_out_machine(Json& config, bool places_count) {
  if (config.is_array()) {
    for (Json& each : config) {
      leave_out_machine(each, places_count);
    }
    return;
  }
  config.erase("threads");
  if (!places_count) {
    for (const std::string& key : keys_of(WhenResumed::moved)) {
      config.erase(key);
    }
  }
}

}  // namespace strata
