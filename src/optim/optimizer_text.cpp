// The text of an optimizer and its schedule: name[,key=value…].

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/field.h"
#include "core/figure.h"
#include "core/nearest.h"
#include "core/number.h"
#include "optim/optimizer.h"

namespace strata {

namespace {

using Type = OptimizerKey::Type;

constexpr std::string_view kScheduleKey = "schedule";

std::string range(const OptimizerKey& key) {
  return fmt::format("{}{}, {}{}", key.open_minimum ? '(' : '[', key.minimum, key.maximum,
                     key.open_maximum ? ')' : ']');
}

/// The place of the figure `val_…` in kFigures.
double parse_figure(const OptimizerKey& key, std::string_view text, std::string_view option) {
  std::vector<std::string> names;
  std::ranges::transform(kFigures, std::back_inserter(names),
                         [](const FigureEntry& figure) { return fmt::format("val_{}", figure.name); });
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) {
    const std::vector<std::string_view> known(names.begin(), names.end());
    throw usage_error("{}: {}={} is no figure of the validation rows; did you mean {}? Known are {}", option, key.name,
                      text, nearest_name(text, known), join_names(known));
  }
  return static_cast<double>(found - names.begin());
}

/// As the update takes a number: in fp32, denormals as zero.
float rounded_as_in_update(double value) {
  const auto rounded = static_cast<float>(value);
  return std::fabs(rounded) < std::numeric_limits<float>::min() ? 0.0F : rounded;
}

double parse_value(const OptimizerKey& key, std::string_view text, std::string_view option) {
  if (key.type == Type::boolean) {
    if (text != "true" && text != "false") {
      throw usage_error("{}: {}={} is neither true nor false", option, key.name, text);
    }
    return text == "true" ? 1 : 0;
  }
  if (key.type == Type::figure) {
    return parse_figure(key, text, option);
  }
  const auto value = parse_number<double>(text);
  if (key.type == Type::whole) {
    if (!value || *value != std::floor(*value) || *value < key.minimum || *value > key.maximum) {
      throw usage_error("{}: {}={} is not a whole number in {}", option, key.name, text, range(key));
    }
    return *value;
  }
  const float rounded = value ? rounded_as_in_update(*value) : 0.0F;
  const bool in_range = value && (key.open_minimum ? rounded > key.minimum : *value >= key.minimum) &&
                        (key.open_maximum ? rounded < key.maximum : *value <= key.maximum);
  if (!in_range) {
    throw usage_error("{}: {}={} is not a number in {}", option, key.name, text, range(key));
  }
  return *value;
}

/// `find(name)`, an error of which names the option.
template <class Find>
const auto& named(Find find, std::string_view name, std::string_view option) {
  try {
    return find(name);
  } catch (const Error& error) {
    throw usage_error("{}: {}", option, error.what());
  }
}

const OptimizerKey* find_key(const std::vector<OptimizerKey>& keys, std::string_view name) {
  const auto key = std::ranges::find(keys, name, &OptimizerKey::name);
  return key == keys.end() ? nullptr : &*key;
}

/// `cosine|linear|…`: the schedules that know `key`.
std::string schedules_with(std::string_view key) {
  std::string names;
  for (const ScheduleEntry& schedule : schedule_registry()) {
    if (find_key(schedule.keys, key) != nullptr) {
      names += fmt::format("{}{}", names.empty() ? "" : "|", schedule.name);
    }
  }
  return names;
}

/// What others call a key; the key of the same meaning among `known`, or the nearest by its spelling.
std::string_view meant_key(std::string_view name, std::span<const std::string_view> known) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kSynonyms{{{"learning_rate", "lr"},
                                                                                     {"rate", "lr"},
                                                                                     {"eta", "lr"},
                                                                                     {"beta_1", "beta1"},
                                                                                     {"betas", "beta1"},
                                                                                     {"beta_2", "beta2"},
                                                                                     {"alpha", "rho"},
                                                                                     {"eps", "epsilon"},
                                                                                     {"l2", "weight_decay"},
                                                                                     {"wd", "weight_decay"},
                                                                                     {"warmup", "warmup_steps"},
                                                                                     {"gamma", "factor"}}};
  const auto* const synonym = std::ranges::find(kSynonyms, name, &std::pair<std::string_view, std::string_view>::first);
  if (synonym != kSynonyms.end() && std::ranges::find(known, synonym->second) != known.end()) {
    return synonym->second;
  }
  return *std::ranges::find(known, nearest_name(name, known));
}

Error unknown_key(const OptimizerEntry& entry, const ScheduleEntry& schedule, std::string_view name,
                  std::string_view option) {
  if (entry.keys.empty()) {
    return usage_error("{}: {} takes no keys, but got '{}'", option, entry.name, name);
  }
  std::vector<std::string_view> known;
  std::ranges::transform(entry.keys, std::back_inserter(known), &OptimizerKey::name);
  known.emplace_back(kScheduleKey);
  std::ranges::transform(schedule.keys, std::back_inserter(known), &OptimizerKey::name);
  known.emplace_back(kRateChangesKey);
  const std::string elsewhere = schedules_with(name);
  return usage_error("{}: {}{} has no key '{}'; {}It knows {}", option, entry.name,
                     schedule.name == "constant" ? "" : fmt::format(" with schedule={}", schedule.name), name,
                     elsewhere.empty() ? fmt::format("did you mean {}? ", meant_key(name, known))
                                       : fmt::format("schedule={} has it. ", elsewhere),
                     join_names(known));
}

/// The parts between signs + that belong to no exponent.
std::vector<std::string_view> between_pluses(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '+' && text[i - 1] != 'e' && text[i - 1] != 'E') {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

/// Throws unless `change` can follow those that there are.
void check_rate_change(const OptimizerSpec& spec, const RateChange& change, std::string_view option) {
  if (!has_rate_to_change(spec)) {
    throw usage_error("{}: {} changes the rate by what it is beside lr, and lr is 0; give lr above 0", option,
                      kRateChangesKey);
  }
  if (change.step < 1 || static_cast<double>(change.step) > kMostSteps) {
    throw usage_error("{}: {} has step {}; steps count from 1 to {}", option, kRateChangesKey, change.step, kMostSteps);
  }
  if (!spec.rate_changes.empty() && change.step <= spec.rate_changes.back().step) {
    throw usage_error("{}: {} has step {} after step {}; give the steps in rising order, each once", option,
                      kRateChangesKey, change.step, spec.rate_changes.back().step);
  }
  if (!(change.lr >= 0) || !std::isfinite(rounded_as_in_update(change.lr))) {
    throw usage_error("{}: {} has the rate {} from step {} on; expected a finite number from 0", option,
                      kRateChangesKey, change.lr, change.step);
  }
}

/// `STEP:LR+STEP:LR`.
void parse_rate_changes(OptimizerSpec& spec, std::string_view text, std::string_view option) {
  for (const std::string_view part : between_pluses(text)) {
    const std::size_t colon = std::min(part.find(':'), part.size());
    const auto step = parse_number<std::uint64_t>(part.substr(0, colon));
    const auto lr = parse_number<double>(part.substr(std::min(colon + 1, part.size())));
    if (!step || !lr) {
      throw usage_error("{}: {}={}: '{}' is not STEP:LR, a step and the rate from it on, as in {}=500:0.003+800:0.001",
                        option, kRateChangesKey, text, part, kRateChangesKey);
    }
    check_rate_change(spec, {*step, *lr}, option);
    spec.rate_changes.push_back({*step, *lr});
  }
}

/// `,lr_from=…` as it stands in an OPTIMIZER; empty without changes.
std::string rate_changes_text(const OptimizerSpec& spec) {
  std::string text;
  for (const RateChange& change : spec.rate_changes) {
    text += text.empty() ? fmt::format(",{}=", kRateChangesKey) : "+";
    text += fmt::format("{}:{}", change.step, change.lr);
  }
  return text;
}

void reject_contradictions(const OptimizerSpec& spec, std::string_view option) {
  if (spec.values.contains("decay_bias") && spec.value("decay_bias") == 0 && spec.value("weight_decay") == 0) {
    throw usage_error("{}: decay_bias=false needs a weight_decay above 0, e.g. weight_decay=0.01", option);
  }
  if (spec.name() == "sgd" && spec.value("nesterov") != 0 && spec.value("momentum") == 0) {
    throw usage_error("{}: nesterov=true needs a momentum above 0, e.g. momentum=0.9", option);
  }
}

}  // namespace

OptimizerSpec parse_optimizer(std::string_view text, Convention convention, std::string_view option) {
  const std::string_view name = name_of_text(text);
  if (parse_number<double>(name)) {
    throw usage_error("{}: '{}' is no optimizer; a rate goes with its optimizer, as in sgd,lr={}", option, text, name);
  }
  const OptimizerEntry& entry = named(find_optimizer, name, option);
  const std::vector<KeyValue> settings = parse_key_values(text, option, "sgd,lr=0.01,momentum=0.9");
  OptimizerSpec spec{&entry, {}, {}, {}};
  for (const OptimizerKey& key : entry.keys) {
    spec.values.emplace(key.name, key.default_for(convention));
  }
  const auto chosen = std::ranges::find(settings, kScheduleKey, &KeyValue::key);
  const bool scheduled = chosen != settings.end() && !entry.keys.empty();
  const ScheduleEntry& schedule = scheduled ? named(find_schedule, chosen->value, option) : schedule_registry().front();
  spec.schedule = default_schedule(schedule);

  for (const KeyValue& setting : settings) {
    const bool schedule_allowed = !entry.keys.empty();
    if (const OptimizerKey* key = find_key(entry.keys, setting.key)) {
      spec.values.find(key->name)->second = parse_value(*key, setting.value, option);
    } else if (const OptimizerKey* its = find_key(schedule.keys, setting.key); its != nullptr && schedule_allowed) {
      spec.schedule.values.find(its->name)->second = parse_value(*its, setting.value, option);
    } else if ((setting.key != kScheduleKey && setting.key != kRateChangesKey) || !schedule_allowed) {
      throw unknown_key(entry, schedule, setting.key, option);
    }
  }
  if (const auto changes = std::ranges::find(settings, kRateChangesKey, &KeyValue::key); changes != settings.end()) {
    parse_rate_changes(spec, changes->value, option);
  }
  reject_contradictions(spec, option);
  reject_schedule_contradictions(spec.schedule, base_learning_rate(spec), option);
  return spec;
}

std::string to_string(const OptimizerSpec& spec) {
  std::string text(spec.name());
  for (const OptimizerKey& key : spec.entry->keys) {
    const double value = spec.value(key.name);
    text += key.later && value == key.keras_default ? "" : setting_text(key, value);
  }
  return text + to_string(spec.schedule) + rate_changes_text(spec);
}

std::string brief_text(const OptimizerSpec& spec, Convention convention) {
  std::string text(spec.name());
  for (const OptimizerKey& key : spec.entry->keys) {
    const double value = spec.value(key.name);
    if (key.name == "lr") {
      text += fmt::format(",lr={:.4g}", value);
    } else if (value != key.default_for(convention)) {
      text += setting_text(key, value);
    }
  }
  return text + to_string(spec.schedule, KeysShown::changed) + rate_changes_text(spec);
}

bool has_rate_to_change(const OptimizerSpec& spec) { return rounded_as_in_update(base_learning_rate(spec)) > 0; }

void change_rate(OptimizerSpec& spec, RateChange change, std::string_view option) {
  std::vector<RateChange> earlier = spec.rate_changes;
  std::erase_if(earlier, [&](const RateChange& each) { return each.step >= change.step; });
  OptimizerSpec changed = spec;
  changed.rate_changes = std::move(earlier);
  check_rate_change(changed, change, option);
  changed.rate_changes.push_back(change);
  spec = std::move(changed);
}

}  // namespace strata
