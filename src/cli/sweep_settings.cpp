#include "cli/sweep_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "cli/parse_value.h"
#include "cli/repeat_command.h"
#include "cli/starting_model.h"
#include "cli/sweep_options.h"
#include "core/error.h"
#include "core/nearest.h"
#include "core/number.h"
#include "core/threads.h"
#include "optim/optimizer.h"

namespace strata::cli {

namespace {

constexpr std::uint64_t kMaxValues = 10'000;
constexpr std::uint64_t kMaxTrials = 10'000'000;
constexpr std::uint64_t kMaxJobs = 1024;
constexpr std::array<std::string_view, 2> kGroups{"lower", "upper"};

/// What all trials share, or what has options of its own.
constexpr std::array<std::string_view, 22> kNotVaried{"data",
                                                      "labels",
                                                      "validation-data",
                                                      "validation-labels",
                                                      "test-data",
                                                      "test-labels",
                                                      "missing",
                                                      "label-column",
                                                      "ignore-columns",
                                                      "id-column",
                                                      "weight-column",
                                                      "category-columns",
                                                      "unseen-categories",
                                                      "header",
                                                      "from",
                                                      "new-output",
                                                      "isa",
                                                      "lower",
                                                      "upper",
                                                      "group",
                                                      "monitor",
                                                      "threads"};

std::uint64_t whole(const Arguments& arguments, std::string_view option, std::uint64_t minimum, std::uint64_t maximum) {
  return parse_whole(option, arguments.text(option), minimum, maximum);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.emplace_back(text);
  return parts;
}

Error bad_rates(std::string_view option, std::string_view text) {
  return usage_error("--{}: expected rates above 0 as a,b,c, or a..b:n with a below b and n from 2 to {}, found '{}'",
                     option, kMaxValues, text);
}

double parse_rate(std::string_view option, std::string_view rate, std::string_view text) {
  const auto value = parse_number<double>(rate);
  if (!value || !std::isnormal(*value) || *value < 0) {
    throw bad_rates(option, text);
  }
  return *value;
}

/// The axis of --vary NAME=V|V, its name checked.
Axis parse_vary(const std::string& text, const Command& train) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw usage_error("--vary: expected NAME=V|V|…, such as 'batch-size=32|128' or 'lower.momentum=0|0.9', found '{}'",
                      text);
  }
  Axis axis{.name = text.substr(0, equals), .values = split(std::string_view(text).substr(equals + 1), '|')};
  if (std::ranges::find(axis.values, "") != axis.values.end()) {
    throw usage_error("--vary {}: one of its values is empty, found '{}'", axis.name, text);
  }
  if (axis.name.find('.') != std::string::npos) {
    const std::string_view group = std::string_view(axis.name).substr(0, axis.name.find('.'));
    if (std::ranges::find(kGroups, group) == kGroups.end()) {
      throw usage_error("--vary {}: only lower.KEY and upper.KEY are keys of optimizers", axis.name);
    }
    return axis;
  }
  if (std::ranges::find(kNotVaried, axis.name) != kNotVaried.end()) {
    throw usage_error("--vary {}: this option cannot be varied; of optimizers give several --lower or --upper",
                      axis.name);
  }
  std::vector<std::string_view> names;
  for (const Option& option : train.options) {
    if (option.shapes_run) {
      names.push_back(option.name);
    }
  }
  if (std::ranges::find(names, axis.name) == names.end() || axis.name == "max-time") {
    throw usage_error("--vary {}: no option of train that shapes a run has this name; the nearest is {}", axis.name,
                      nearest_name(axis.name, names));
  }
  return axis;
}

/// The arguments without options of the --config file that the command line varies.
Arguments without_varied(Arguments arguments) {
  for (const std::string& text : arguments.texts("vary")) {
    const std::string name = text.substr(0, text.find('='));
    if (arguments.overruled(name, {"vary"})) {
      arguments.leave_out(name);
    }
  }
  return arguments;
}

/// OPTIMIZER `text` without the keys of its group that have axes of their own.
std::string without_keys(const std::string& text, std::string_view group, const std::vector<Axis>& keys) {
  std::vector<std::string> parts = split(text, ',');
  std::erase_if(parts, [&](const std::string& part) {
    const std::string name = fmt::format("{}.{}", group, std::string_view(part).substr(0, part.find('=')));
    return std::ranges::find(keys, name, &Axis::name) != keys.end();
  });
  return fmt::format("{}", fmt::join(parts, ","));
}

/// The OPTIMIZERs of a group, as given or as train has them by default, the latter without a rate if rates are listed.
/// `keys` are the axes of the group's keys.
Axis optimizer_axis(const Arguments& arguments, std::string_view group, const std::vector<Axis>& keys) {
  const bool rates_listed =
      std::ranges::any_of(keys, [&](const Axis& axis) { return axis.name == fmt::format("{}.lr", group); });
  Axis axis{.name = std::string(group), .values = arguments.texts(group)};
  if (axis.values.empty()) {
    const std::string& text = arguments.text(group);
    axis.values.push_back(rates_listed ? text.substr(0, text.find(',')) : text);
  }
  for (std::string& text : axis.values) {
    if (arguments.overruled(group, {fmt::format("{}-lr", group), "vary"})) {
      text = without_keys(text, group, keys);
    }
    try {
      find_optimizer(std::string_view(text).substr(0, text.find(',')));
    } catch (const Error& error) {
      throw usage_error("--{}: {}", group, error.what());
    }
    if (rates_listed && text.find(",lr=") != std::string::npos) {
      throw usage_error("--{} {}: a rate here contradicts --{}-lr; leave one out", group, text, group);
    }
  }
  return axis;
}

/// The group's optimizers and the axes of their keys, the schedule's name first.
std::vector<Axis> group_axes(const Arguments& arguments, std::string_view group, std::vector<Axis>& varied) {
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
  if (keys.empty() && !arguments.given(group)) {
    return {};
  }
  std::vector<Axis> axes{optimizer_axis(arguments, group, keys)};
  std::ranges::move(keys, std::back_inserter(axes));
  return axes;
}

std::vector<Axis> varied_axes(const Arguments& arguments) {
  const Command train = train_command();
  std::vector<Axis> axes;
  for (const std::string_view group : kGroups) {
    const std::string option = fmt::format("{}-lr", group);
    if (arguments.given(option)) {
      axes.push_back(parse_rates(option, arguments.text(option)));
      axes.back().name = fmt::format("{}.lr", group);
    }
  }
  for (const std::string& text : arguments.texts("vary")) {
    axes.push_back(parse_vary(text, train));
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::string& name = axes[i].name;
    if (std::any_of(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Axis& axis) { return axis.name == name; })) {
      throw usage_error("{} is varied twice; once is enough", name);
    }
    if (name.find('.') == std::string::npos && arguments.given(name)) {
      throw usage_error("--vary {} contradicts --{}; give one", name, name);
    }
    if (name.find('.') != std::string::npos && arguments.given("group")) {
      throw usage_error("--vary {} contradicts --group, which leaves no lower and upper layers", name);
    }
  }
  return axes;
}

void check_strategy(const Arguments& arguments, const SweepSettings& settings) {
  if (settings.strategy == Strategy::random && !settings.trials) {
    throw usage_error("--strategy random needs --trials N");
  }
  if (settings.strategy == Strategy::grid && settings.trials) {
    throw usage_error("--trials does not apply to --strategy grid, which tries every combination");
  }
  if (settings.strategy != Strategy::halving && arguments.given("eta")) {
    throw usage_error("--eta does not apply: it is an option of --strategy halving");
  }
  for (const Axis& axis : settings.axes) {
    if (axis.values.empty() && !settings.draws()) {
      throw usage_error("{}: a..b needs the number of its values, as a..b:n, unless they are drawn", axis.name);
    }
    if (axis.name == "seed" && settings.seeds > 1) {
      throw usage_error("--vary seed contradicts --seeds; give one");
    }
    if (axis.name == "epochs" && settings.strategy == Strategy::halving) {
      throw usage_error("--vary epochs contradicts --strategy halving, which chooses them");
    }
  }
}

/// Throws for a key that no optimizer of its group knows.
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
                      fmt::format("--vary {}", axis.name));
    }
  }
}

}  // namespace

Axis parse_rates(std::string_view option, std::string_view text) {
  Axis axis;
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    axis.values = split(text, ',');
    for (const std::string& value : axis.values) {
      parse_rate(option, value, text);
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

std::size_t jobs(const Arguments& arguments) {
  if (arguments.given("jobs")) {
    return whole(arguments, "jobs", 1, kMaxJobs);
  }
  return arguments.given("threads") ? whole(arguments, "threads", 1, kMaxJobs)
                                    : static_cast<std::size_t>(available_threads());
}

SweepSettings sweep_settings(const Arguments& given) {
  const Arguments arguments = without_overruled_start(without_varied(given));
  SweepSettings settings;
  settings.strategy = entry_named(kStrategies, arguments.text("strategy")).value;
  if (arguments.given("trials")) {
    settings.trials = whole(arguments, "trials", 1, kMaxTrials);
  }
  settings.eta = static_cast<std::uint32_t>(whole(arguments, "eta", 2, kMaxValues));
  settings.seeds = static_cast<std::uint32_t>(whole(arguments, "seeds", 1, kMaxValues));
  settings.seed = whole(arguments, "seed", 0, std::numeric_limits<std::uint64_t>::max() - kMaxValues);
  settings.epochs =
      static_cast<std::uint32_t>(whole(arguments, "epochs", 1, std::numeric_limits<std::uint32_t>::max()));
  settings.jobs = jobs(arguments);
  if (arguments.given("run-dir")) {
    settings.run_dir = arguments.text("run-dir");
  }
  settings.quiet = arguments.given("quiet");
  settings.json = arguments.given("json");
  settings.tensorboard = arguments.given("tensorboard");
  if (settings.tensorboard && !settings.run_dir) {
    throw usage_error("--tensorboard does not apply: event files lie in the sweep's folder; give --run-dir");
  }
  settings.progress =
      settings.quiet ? ProgressStyle::none : entry_named(kProgressStyles, arguments.text("progress")).value;

  std::vector<Axis> varied = varied_axes(arguments);
  for (const std::string_view group : kGroups) {
    std::ranges::move(group_axes(arguments, group, varied), std::back_inserter(settings.axes));
  }
  std::ranges::move(varied, std::back_inserter(settings.axes));
  check_strategy(arguments, settings);
  check_keys(settings.axes, entry_named(kConventions, arguments.text("convention")).value);
  settings.from = starting_model(arguments);
  settings.options = shaping_options(sweep_command().options, arguments);
  settings.words = shaping_words(train_command().options, arguments);
  for (const char* own : {"lower", "upper", "seed", "epochs"}) {
    settings.words = without_option(settings.words, own);
  }
  return settings;
}

std::string axis_option(const Axis& axis) {
  const bool rate = axis.name == "lower.lr" || axis.name == "upper.lr";
  if (!rate) {
    return fmt::format("--vary '{}={}'", axis.name, fmt::join(axis.values, "|"));
  }
  const std::string option = fmt::format("--{}-lr", axis.name.substr(0, axis.name.find('.')));
  if (!axis.range) {
    return fmt::format("{} {}", option, fmt::join(axis.values, ","));
  }
  const std::string ends = fmt::format("{} {}..{}", option, axis.range->first, axis.range->last);
  return axis.values.empty() ? ends : fmt::format("{}:{}", ends, axis.values.size());
}

}  // namespace strata::cli
