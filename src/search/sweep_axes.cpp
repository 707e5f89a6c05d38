// The axes of a sweep, as its options say them.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/nearest.h"
#include "core/number.h"
#include "optim/optimizer.h"
#include "search/search_space.h"
#include "settings/given.h"
#include "settings/option.h"

namespace strata {

namespace {

constexpr std::uint64_t kMaxValues = 10'000;
constexpr std::array<std::string_view, 2> kGroups{"lower", "upper"};

/// The option of the rates of a group's optimizers.
std::string rates_of(std::string_view group) { return fmt::format("{}-lr", group); }

Error bad_rates(std::string_view option, std::string_view text) {
  return usage_error("{}: expected rates above 0 as a,b,c, or a..b:n with a below b and n from 2 to {}, found '{}'",
                     field(option), kMaxValues, text);
}

double parse_rate(std::string_view option, std::string_view rate, std::string_view text) {
  const auto value = parse_number<double>(rate);
  if (!value || !std::isnormal(*value) || *value < 0) {
    throw bad_rates(option, text);
  }
  return *value;
}

/// The axis of `vary` NAME=V|V, its name checked.
Axis parse_vary(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw usage_error("‹vary›: expected NAME=V|V|…, such as 'batch-size=32|128' or 'lower.momentum=0|0.9', found '{}'",
                      text);
  }
  const std::vector<std::string_view> values = split(std::string_view(text).substr(equals + 1), '|');
  Axis axis{.name = text.substr(0, equals), .values = {values.begin(), values.end()}};
  if (std::ranges::find(axis.values, "") != axis.values.end()) {
    throw usage_error("‹vary› {}: one of its values is empty, found '{}'", axis.name, text);
  }
  if (axis.name.find('.') != std::string::npos) {
    const std::string_view group = std::string_view(axis.name).substr(0, axis.name.find('.'));
    if (std::ranges::find(kGroups, group) == kGroups.end() && !names_layers(group)) {
      throw usage_error("‹vary› {}: only lower.KEY, upper.KEY and, of a ‹group›, FIRST-LAST.KEY are keys of optimizers",
                        axis.name);
    }
    return axis;
  }
  const Option* option = find_option(run_options(), axis.name);
  if (option != nullptr && is_recorded(*option) && !option->may_vary) {
    throw usage_error("‹vary› {}: this option cannot be varied; of optimizers give several ‹lower› or ‹upper›",
                      axis.name);
  }
  if (option == nullptr || !option->shapes_run) {
    std::vector<std::string_view> names;
    for (const Option& each : run_options()) {
      if (each.may_vary) {
        names.push_back(each.name);
      }
    }
    throw usage_error("‹vary› {}: no option of train that shapes a run has this name; the nearest is {}", axis.name,
                      nearest_name(axis.name, names));
  }
  return axis;
}

/// OPTIMIZER `text` without the keys of its group that have axes of their own.
std::string without_keys(const std::string& text, std::string_view group, const std::vector<Axis>& keys) {
  std::vector<std::string_view> parts = split(text, ',');
  std::erase_if(parts, [&](std::string_view part) {
    const std::string name = fmt::format("{}.{}", group, part.substr(0, part.find('=')));
    return std::ranges::find(keys, name, &Axis::name) != keys.end();
  });
  return fmt::format("{}", fmt::join(parts, ","));
}

/// The OPTIMIZERs of a group, as given or as train has them by default, the latter without a rate if rates are listed.
/// `keys` are the axes of the group's keys.
Axis optimizer_axis(const Given& given, std::string_view group, const std::vector<Axis>& keys) {
  const bool rates_listed =
      std::ranges::any_of(keys, [&](const Axis& axis) { return axis.name == fmt::format("{}.lr", group); });
  Axis axis{.name = std::string(group), .values = given.texts(group)};
  if (axis.values.empty()) {
    const std::string& text = given.text(group);
    axis.values.push_back(rates_listed ? text.substr(0, text.find(',')) : text);
  }
  for (std::string& text : axis.values) {
    if (given.overruled(group, {rates_of(group), "vary"})) {
      text = without_keys(text, group, keys);
    }
    try {
      find_optimizer(name_of_text(text));
    } catch (const Error& error) {
      throw usage_error("{}: {}", field(group), error.what());
    }
    if (rates_listed && text.find(",lr=") != std::string::npos) {
      throw usage_error("{} {}: a rate here contradicts {}; leave one out", field(group), text, field(rates_of(group)));
    }
  }
  return axis;
}

/// Takes the axes of the group's keys out of `varied`, the schedule's name first.
std::vector<Axis> take_keys(std::string_view group, std::vector<Axis>& varied) {
  const std::string prefix = fmt::format("{}.", group);
  std::vector<Axis> keys;
  std::erase_if(varied, [&](Axis& axis) {
    const bool key = axis.name.starts_with(prefix);
    if (key) {
      keys.push_back(std::move(axis));
    }
    return key;
  });
  std::stable_partition(keys.begin(), keys.end(), [&](const Axis& axis) { return axis.name == prefix + "schedule"; });
  return keys;
}

/// The group's optimizers and the axes of their keys.
std::vector<Axis> group_axes(const Given& given, std::string_view group, std::vector<Axis>& varied) {
  std::vector<Axis> keys = take_keys(group, varied);
  if (keys.empty() && !given.given(group)) {
    return {};
  }
  std::vector<Axis> axes{optimizer_axis(given, group, keys)};
  std::ranges::move(keys, std::back_inserter(axes));
  return axes;
}

/// The layers of `group` FIRST-LAST:OPTIMIZER, as they are written there.
std::string_view layers_of(std::string_view group) { return group.substr(0, group.find(':')); }

/// Of layers as 0, 0-0 or 0-2.
std::pair<std::optional<std::size_t>, std::optional<std::size_t>> first_and_last(std::string_view layers) {
  const std::size_t dash = layers.find('-');
  const auto first = parse_number<std::size_t>(layers.substr(0, dash));
  return {first, dash == std::string_view::npos ? first : parse_number<std::size_t>(layers.substr(dash + 1))};
}

/// A key of a group's optimizer under the name that its layers have in the group.
std::string named_as_group(const Given& given, const std::string& axis) {
  const std::size_t dot = axis.find('.');
  const auto layers = first_and_last(std::string_view(axis).substr(0, dot));
  for (const std::string& group : given.texts("group")) {
    if (first_and_last(layers_of(group)) == layers) {
      return fmt::format("{}{}", layers_of(group), std::string_view(axis).substr(dot));
    }
  }
  throw usage_error("‹vary› {}: no ‹group› has these layers; give one, such as ‹group› {}:sgd", axis,
                    axis.substr(0, dot));
}

/// The optimizer of a group and the axes of its keys; empty if none is varied.
std::vector<Axis> layer_axes(const std::string& group, std::vector<Axis>& varied) {
  const std::string layers(layers_of(group));
  std::vector<Axis> keys = take_keys(layers, varied);
  if (keys.empty()) {
    return {};
  }
  const std::string optimizer = group.substr(std::min(layers.size() + 1, group.size()));
  for (const Axis& key : keys) {
    const std::string name = key.name.substr(layers.size() + 1);
    if (optimizer.find(fmt::format(",{}=", name)) != std::string::npos) {
      throw usage_error("‹group› {}: {} here contradicts ‹vary› {}; leave one out", group, name, key.name);
    }
  }
  try {
    find_optimizer(name_of_text(optimizer));
  } catch (const Error& error) {
    throw usage_error("‹group› {}: {}", group, error.what());
  }
  std::vector<Axis> axes{{.name = layers, .values = {optimizer}}};
  std::ranges::move(keys, std::back_inserter(axes));
  return axes;
}

std::vector<Axis> varied_axes(const Given& given) {
  std::vector<Axis> axes;
  for (const std::string_view group : kGroups) {
    const std::string option = rates_of(group);
    if (given.given(option)) {
      axes.push_back(parse_rates(option, given.text(option)));
      axes.back().name = fmt::format("{}.lr", group);
    }
  }
  for (const std::string& text : given.texts("vary")) {
    axes.push_back(parse_vary(text));
    std::string& name = axes.back().name;
    if (names_layers(std::string_view(name).substr(0, name.find('.')))) {
      name = named_as_group(given, name);
    }
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::string& name = axes[i].name;
    if (std::any_of(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Axis& axis) { return axis.name == name; })) {
      throw usage_error("{} is varied twice; once is enough", name);
    }
    if (name.find('.') == std::string::npos && given.given(name)) {
      throw usage_error("‹vary› {} contradicts {}; give one", name, field(name));
    }
    const bool of_layers = names_layers(std::string_view(name).substr(0, name.find('.')));
    if (name.find('.') != std::string::npos && !of_layers && given.given("group")) {
      throw usage_error("‹vary› {} contradicts ‹group›, which leaves no lower and upper layers", name);
    }
  }
  return axes;
}

}  // namespace

Axis parse_rates(std::string_view option, std::string_view text) {
  Axis axis;
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    for (const std::string_view value : split(text, ',')) {
      parse_rate(option, value, text);
      axis.values.emplace_back(value);
    }
    return axis;
  }
  const std::string_view end = text.substr(dots + 2);
  const std::size_t colon = end.find(':');
  const LogRange range{parse_rate(option, text.substr(0, dots), text), parse_rate(option, end.substr(0, colon), text)};
  if (range.first >= range.last) {
    throw bad_rates(option, text);
  }
  axis.range = range;
  if (colon != std::string_view::npos) {
    const auto count = parse_number<std::uint64_t>(end.substr(colon + 1));
    if (!count || *count < 2 || *count > kMaxValues) {
      throw bad_rates(option, text);
    }
    axis.values = spaced_texts(range, *count);
  }
  return axis;
}

std::vector<Axis> sweep_axes(const Given& given) {
  std::vector<Axis> varied = varied_axes(given);
  std::vector<Axis> axes;
  for (const std::string_view group : kGroups) {
    std::ranges::move(group_axes(given, group, varied), std::back_inserter(axes));
  }
  for (const std::string& group : given.texts("group")) {
    std::ranges::move(layer_axes(group, varied), std::back_inserter(axes));
  }
  std::ranges::move(varied, std::back_inserter(axes));
  return axes;
}

void check_keys(const std::vector<Axis>& axes, Convention convention) {
  for (const Axis& axis : axes) {
    const std::size_t dot = axis.name.find('.');
    if (dot == std::string::npos) {
      continue;
    }
    const std::string group = axis.name.substr(0, dot);
    const std::string key = axis.name.substr(dot + 1);
    const Axis& optimizers = *std::ranges::find(axes, group, &Axis::name);
    const auto schedules = std::ranges::find(axes, group + ".schedule", &Axis::name);
    const bool known = std::ranges::any_of(optimizers.values, [&](const std::string& text) {
      return takes_key(text, key) ||
             (schedules != axes.end() && std::ranges::any_of(schedules->values, [&](const std::string& schedule) {
                return takes_key(fmt::format("{},schedule={}", text, schedule), key);
              }));
    });
    if (!known) {  // the parser knows what to say
      const std::string value = axis.values.empty() ? "1" : axis.values.front();
      parse_optimizer(fmt::format("{},{}={}", optimizers.values.front(), key, value), convention,
                      fmt::format("‹vary› {}", axis.name));
    }
  }
}

}  // namespace strata
