#include "settings/run_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "io/json_text.h"
#include "settings/choices.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// The member, or `missing`.
template <class T>
T member(const Json& config, const char* name, T missing) {
  try {
    return config.value(name, std::move(missing));
  } catch (const Json::exception&) {
    throw data_error("its {} is {}; restore the file", name, config.at(name).dump());
  }
}

template <class Names, class T>
T named(const Json& config, const char* name, const Names& names, T missing) {
  const auto text = member<std::string>(config, name, "");
  const auto found = std::ranges::find(names, text, [](const auto& entry) { return entry.name; });
  if (!text.empty() && found == std::end(names)) {
    throw data_error("its {} is {}, which this version does not know", name, quoted_name(text));
  }
  return text.empty() ? missing : found->value;
}

bool is_share(double fraction) { return fraction >= 0 && fraction < 1; }

}  // namespace

RunConfig run_config(const Json& config) {
  RunConfig run{.data = config.contains("data") ? std::optional(data_of_config(config)) : std::nullopt,
                .split = {},
                .engine = named(config, "engine", kEngines, EngineKind::automatic),
                .precision = named(config, "precision", kPrecisions, kernels::Precision::f32)};
  if (config.contains("split") && config.contains("validation_split") && config.contains("seed")) {
    run.split = SplitPlan{named(config, "split", kSplits, SplitKind::shuffled),
                          member<double>(config, "validation_split", 0), member<std::uint64_t>(config, "seed", 0)};
    if (!is_share(run.split->fraction)) {
      throw data_error("its validation_split is {}; restore the file", run.split->fraction);
    }
  }
  return run;
}

std::map<std::string, std::string> split_notes(const SplitPlan& split) {
  return {{"seed", fmt::format("{}", split.seed)},
          {"split", std::string(std::ranges::find(kSplits, split.kind, &SplitEntry::value)->name)},
          {"validation_split", fmt::format("{}", split.fraction)}};
}

std::optional<SplitPlan> split_of_notes(const std::map<std::string, std::string>& notes) {
  const auto text = [&](const char* key) {
    const auto found = notes.find(key);
    return found == notes.end() ? std::string_view() : std::string_view(found->second);
  };
  const auto seed = parse_number<std::uint64_t>(text("seed"));
  const auto fraction = parse_number<double>(text("validation_split"));
  const auto kind = std::ranges::find(kSplits, text("split"), &SplitEntry::name);
  if (!seed || !fraction || !is_share(*fraction) || kind == kSplits.end()) {
    return std::nullopt;
  }
  return SplitPlan{kind->value, *fraction, *seed};
}

}  // namespace strata
