#include "run/sweep_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/threads.h"
#include "io/json_text.h"
#include "run/record.h"
#include "run/search_options.h"
#include "run/start.h"
#include "settings/option.h"
#include "settings/parse_value.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

std::uint64_t whole(const Given& given, std::string_view option, std::uint64_t minimum, std::uint64_t maximum) {
  return parse_whole(option, given.text(option), minimum, maximum);
}

/// Without options of a file of options that the caller varies.
Given without_varied(Given given) {
  for (const std::string& text : given.texts("vary")) {
    const std::string name = text.substr(0, text.find('='));
    if (given.overruled(name, {"vary"})) {
      given.leave_out(name);
    }
  }
  return given;
}

void check_strategy(const Given& given, const SweepSettings& settings) {
  if (settings.strategy == Strategy::random && !settings.trials) {
    throw usage_error("‹strategy› random needs ‹trials› N");
  }
  if (settings.strategy == Strategy::grid && settings.trials) {
    throw usage_error("‹trials› does not apply to ‹strategy› grid, which tries every combination");
  }
  if (settings.strategy != Strategy::halving && given.given("eta")) {
    throw usage_error("‹eta› does not apply: it is an option of ‹strategy› halving");
  }
  for (const Axis& axis : settings.axes) {
    if (axis.values.empty() && !settings.draws()) {
      throw usage_error("{}: a..b needs the number of its values, as a..b:n, unless they are drawn", axis.name);
    }
    if (axis.name == "seed" && settings.seeds > 1) {
      throw usage_error("‹vary› seed contradicts ‹seeds›; give one");
    }
    if (axis.name == "epochs" && settings.strategy == Strategy::halving) {
      throw usage_error("‹vary› epochs contradicts ‹strategy› halving, which chooses them");
    }
  }
}

/// Whether nothing takes the option's place where it is not given.
bool is_off_by_default(const Option& option) { return option.fallback.empty() && option.fallback_note.empty(); }

/// Adds the value of option `name`; a flag is there or not, and `none` leaves out what is off by default.
void add_option(GivenTexts& texts, const std::string& name, const std::string& value) {
  const Option& option = *find_option(run_options(), name);
  const bool flag = option.value.empty();
  if (flag && value != "true" && value != "false") {
    throw usage_error("‹vary› {}: expected true or false, found '{}'", name, value);
  }
  const bool left_out = flag ? value == "false" : value == "none" && is_off_by_default(option);
  if (!left_out) {
    texts[name] = {flag ? "" : value};
  }
}

/// Gives the group of these layers another optimizer.
void set_group(GivenTexts& texts, const std::string& layers, const std::string& optimizer) {
  const std::string start = layers + ":";
  for (std::string& group : texts.at("group")) {
    if (group.starts_with(start)) {
      group = start + optimizer;
    }
  }
}

GivenTexts trial_texts(const SweepSettings& sweep, const Point& point, std::uint64_t seed, std::uint32_t epochs) {
  GivenTexts texts = sweep.shared;
  texts["epochs"] = {fmt::format("{}", epochs)};
  texts["seed"] = {fmt::format("{}", seed)};
  texts["threads"] = {"1"};
  for (const auto& [name, value] : point) {
    if (name == "lower" || name == "upper") {
      add_option(texts, name, optimizer_text(point, name));
    } else if (names_layers(name)) {
      set_group(texts, name, optimizer_text(point, name));
    } else if (name.find('.') == std::string::npos) {
      add_option(texts, name, value);
    }
  }
  return texts;
}

/// The name that an axis has among a run's options.
std::string option_key(std::string axis) {
  std::ranges::replace(axis, '-', '_');
  return axis;
}

}  // namespace

std::size_t jobs(const Given& given) {
  for (const char* option : {"jobs", "threads"}) {
    if (given.given(option)) {
      return kJobs.read(option, given.text(option));
    }
  }
  return static_cast<std::size_t>(available_threads());
}

SweepSettings sweep_settings(const std::vector<Option>& options, const Given& asked) {
  const Given given = without_overruled_start(without_varied(asked));
  SweepSettings settings;
  settings.strategy = entry_named(kStrategies, given.text("strategy")).value;
  if (given.given("trials")) {
    settings.trials = kTrials.read("trials", given.text("trials"));
  }
  settings.eta = kEta.read("eta", given.text("eta"));
  settings.seeds = kSeeds.read("seeds", given.text("seeds"));
  settings.seed = whole(given, "seed", 0, std::numeric_limits<std::uint64_t>::max() - kSeeds.maximum);
  settings.epochs = static_cast<std::uint32_t>(whole(given, "epochs", 1, std::numeric_limits<std::uint32_t>::max()));
  settings.jobs = jobs(given);
  if (given.given("run-dir")) {
    settings.run_dir = given.text("run-dir");
  }
  settings.tensorboard = given.given("tensorboard");
  if (settings.tensorboard && !settings.run_dir) {
    throw usage_error("‹tensorboard› does not apply: event files lie in the sweep's folder; give ‹run_dir›");
  }
  settings.axes = sweep_axes(given);
  check_strategy(given, settings);
  check_keys(settings.axes, entry_named(kConventions, given.text("convention")).value);
  settings.from = starting_model(given);
  settings.options = given_json(options, given);
  settings.shared = shaping_texts(given);
  for (const char* own : {"lower", "upper", "seed", "epochs"}) {
    settings.shared.erase(own);
  }
  return settings;
}

std::vector<Point> candidate_points(const SweepSettings& sweep) {
  std::vector<Point> points;
  if (sweep.draws()) {
    for (std::uint64_t number = 0; number < *sweep.trials; ++number) {
      points.push_back(draw(sweep.axes, sweep.seed, number));
    }
  } else {
    points = grid(sweep.axes, kTrials.maximum + 1);
    if (points.size() > kTrials.maximum) {
      throw usage_error(
          "the lists make more than {} trials; shorten them, or draw some of them: ‹strategy› random with "
          "‹trials›",
          kTrials.maximum);
    }
  }
  std::set<Point> seen;
  std::erase_if(points, [&](const Point& point) { return !seen.insert(point).second; });
  return points;
}

std::vector<Rung> rungs_of(const SweepSettings& sweep, std::size_t candidates) {
  return sweep.strategy == Strategy::halving ? halving_rungs(candidates, sweep.epochs, sweep.eta)
                                             : std::vector<Rung>{{candidates, sweep.epochs}};
}

RunSettings trial_settings(const SweepSettings& sweep, const Point& point, std::uint64_t seed, std::uint32_t epochs,
                           const Face& face) {
  const GivenTexts texts = trial_texts(sweep, point, seed, epochs);
  try {
    return run_settings(checked(run_options(), texts), sweep.from);
  } catch (const Error& error) {
    nlohmann::ordered_json options = given_json(run_options(), Given(run_options(), texts));
    options["threads"] = 1;
    throw usage_error("{} (in the trial: {})", error.what(), face.command(options));
  }
}

RunSettings restoring_best(RunSettings settings) {
  if (!settings.config.restore_best) {
    settings.config.restore_best = true;
    settings.asked["restore_best"] = true;
  }
  return settings;
}

Trial make_trial(const SweepSettings& sweep, const Point& point, const RunSettings& settings, const DataSource& source,
                 const Face& face) {
  Trial trial;
  trial.options = config_json(settings);
  trial.key = trial_key(trial.options);
  trial.point = point;
  if (sweep.seeds > 1) {
    trial.point.emplace_back("seed", fmt::format("{}", settings.config.seed));
  }
  trial.command = face.command(shaping_json(settings.asked));
  trial.best_command = face.command(shaping_json(restoring_best(settings).asked));
  trial.epochs = settings.config.epochs;
  trial.run = [settings, &source](std::span<Observer* const> observers, const std::function<bool()>& stop_requested) {
    return make_trainer(settings, source).run(observers, stop_requested);
  };
  return trial;
}

SweptOptions swept_options(const SweepSettings& sweep, const std::vector<nlohmann::ordered_json>& trials) {
  SweptOptions options;
  options.varied = {"lower", "upper", "seed"};
  for (const Axis& axis : sweep.axes) {
    options.varied.insert(option_key(axis.name));
  }
  if (sweep.strategy == Strategy::halving) {
    options.varied.insert("epochs");
  }
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const nlohmann::ordered_json& trial : trials) {
    all.update(trial);
  }
  for (const auto& item : all.items()) {
    const bool same = std::ranges::all_of(trials, [&](const nlohmann::ordered_json& trial) {
      return trial.contains(item.key()) && trial[item.key()] == item.value();
    });
    if (!same) {
      options.varied.insert(item.key());
    } else if (!options.varied.contains(item.key())) {
      options.common[item.key()] = item.value();
    }
  }
  options.common = with_stored_paths(std::move(options.common));
  return options;
}

}  // namespace strata
