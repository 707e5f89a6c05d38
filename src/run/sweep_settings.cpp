#include "run/sweep_settings.h"

#include <limits>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/threads.h"
#include "run/search_options.h"
#include "run/start.h"
#include "search/search_space.h"
#include "settings/parse_value.h"
#include "settings/run_settings.h"
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
    points = grid(sweep.axes);
  }
  std::set<Point> seen;
  std::erase_if(points, [&](const Point& point) { return !seen.insert(point).second; });
  return points;
}

std::vector<Rung> rungs_of(const SweepSettings& sweep, std::size_t candidates) {
  return sweep.strategy == Strategy::halving ? halving_rungs(candidates, sweep.epochs, sweep.eta)
                                             : std::vector<Rung>{{candidates, sweep.epochs}};
}

}  // namespace strata
