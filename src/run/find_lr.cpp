#include "run/find_lr.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/number.h"
#include "io/json_text.h"
#include "io/run_folder.h"
#include "report/json_files.h"
#include "report/report.h"
#include "run/record.h"
#include "run/search_options.h"
#include "run/start.h"
#include "run/sweep_settings.h"
#include "settings/option.h"
#include "settings/parse_value.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;
using StopRequested = std::function<bool()>;

/// Options of the map without `map`.
void check_map_options(const Given& given) {
  for (const char* option : {"points", "jobs"}) {
    if (given.given(option) && !given.given("map")) {
      throw usage_error("{} does not apply: it is an option of ‹map›", field(option));
    }
  }
}

/// Indices of the groups that are not frozen.
std::vector<std::size_t> trained_groups(const TrainConfig& config) {
  std::vector<std::size_t> groups;
  for (std::size_t g = 0; g < config.groups.size(); ++g) {
    if (!is_frozen(config.groups[g].optimizer)) {
      groups.push_back(g);
    }
  }
  return groups;
}

/// The settings with the seed of that run of a test.
RunSettings with_seed(RunSettings settings, std::uint64_t run) {
  settings.config.seed += run;
  return settings;
}

/// What is known before the last of a test's runs.
GroupRange unfinished(RangeTest test, const ParameterGroup& group) {
  test.group = group.name;
  Suggestion none;
  none.reason = "the test goes on";
  return {std::move(test), std::move(none), group.optimizer};
}

std::vector<GroupRange> test_groups(const FindLrSettings& settings, const DataSource& source, RatesListener& found,
                                    const StopRequested& stop_requested) {
  std::vector<double> held;
  for (const ParameterGroup& group : settings.run.config.groups) {
    held.push_back(base_learning_rate(group.optimizer));
  }
  const double blank = blank_loss(make_trainer(settings.run, source).task(), source);
  std::vector<GroupRange> ranges;
  for (const std::size_t g : trained_groups(settings.run.config)) {
    const ParameterGroup& group = settings.run.config.groups[g];
    std::uint64_t runs = 0;
    RangeTest test = test_range([&](std::uint64_t run) { return make_trainer(with_seed(settings.run, run), source); },
                                g, held, settings.rates, settings.steps, stop_requested,
                                [&](const RangeTest& so_far) { found.on_test(unfinished(so_far, group), ++runs); });
    test.group = group.name;
    test.blank_loss = blank;
    Suggestion suggestion = suggest(test, suggested_share(group.optimizer));
    ranges.push_back({std::move(test), std::move(suggestion), group.optimizer});
    found.on_test(ranges.back(), kRangeRuns);
  }
  return ranges;
}

/// Keeps the value of each run of a map at its place.
class MapListener : public TrialListener {
 public:
  MapListener(RateMap& map, TrialListener& listener, RatesListener& found)
      : map_(map), listener_(listener), found_(found) {}
  void on_start(const Trial& trial) override { listener_.on_start(trial); }
  void on_end(const Trial& trial, const TrialRecord& record) override {
    if (record.status == TrialStatus::failed) {
      throw failed_error("a run of the map failed: {}", record.reason);
    }
    const std::size_t place = *parse_number<std::size_t>(trial.key);
    const auto value = record.figures.find(map_.figure);
    if (record.status == TrialStatus::completed && value != record.figures.end()) {
      map_.values[place] = value->second;
    }
    found_.on_cell(place, map_.values[place]);
    listener_.on_end(trial, record);
  }

 private:
  RateMap& map_;
  TrialListener& listener_;
  RatesListener& found_;
};

/// The map's rates, short enough to be typed.
std::vector<double> rates_of(const FindLrSettings& settings) {
  constexpr int kDigits = 3;
  const std::vector<std::string> texts = spaced_texts(settings.rates, settings.points, kDigits);
  std::vector<double> rates;
  rates.reserve(texts.size());
  for (const std::string& text : texts) {
    rates.push_back(*parse_number<double>(text));
  }
  return rates;
}

RateMap make_map(const FindLrSettings& settings, const DataSource& source, TrialListener& display, RatesListener& found,
                 const StopRequested& stop_requested) {
  const std::vector<std::size_t> groups = trained_groups(settings.run.config);
  if (groups.size() != 2) {
    throw usage_error("‹map› needs two groups that are trained; there {} {}", groups.size() == 1 ? "is" : "are",
                      groups.size());
  }
  const auto& all = settings.run.config.groups;
  RateMap map{.groups = {all[groups[0]].name, all[groups[1]].name},
              .first = rates_of(settings),
              .second = rates_of(settings),
              .figure = settings.run.has_validation() ? "val_loss" : "train_loss",
              .values = {}};
  map.values.resize(map.first.size() * map.second.size(), std::numeric_limits<double>::quiet_NaN());
  std::vector<Trial> trials(map.values.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const double first = map.first[i / map.second.size()];
    const double second = map.second[i % map.second.size()];
    RunSettings run = settings.run;
    run.config.groups[groups[0]].optimizer.values["lr"] = first;
    run.config.groups[groups[1]].optimizer.values["lr"] = second;
    trials[i].key = fmt::format("{}", i);  // its place in the map
    trials[i].point = {{map.groups[0] + ".lr", fmt::format("{}", first)},
                       {map.groups[1] + ".lr", fmt::format("{}", second)}};
    trials[i].run = [run, &source](std::span<Observer* const> observers, const StopRequested& stop) {
      return make_trainer(run, source).run(observers, stop);
    };
  }
  display.expect(trials.size(), 1);
  found.on_map(map);
  MapListener listener(map, display, found);
  run_trials(trials, settings.jobs, listener, stop_requested);
  return map;
}

Json range_json(const std::vector<GroupRange>& groups) {
  Json json = Json::array();
  for (const GroupRange& group : groups) {
    Json entry{{"group", group.test.group}, {"optimizer", to_string(group.optimizer)}};
    if (group.suggestion.rate > 0) {
      entry["suggestion"] = group.suggestion.rate;
      entry["limit"] = group.suggestion.limit;
    } else {
      entry["reason"] = plain(group.suggestion.reason);
    }
    entry["noise"] = number_json(group.test.noise);
    entry["rates"] = numbers_json(group.test.rates);
    entry["loss"] = numbers_json(group.test.losses);
    entry["smoothed"] = numbers_json(group.test.smoothed);
    entry["control"] = numbers_json(group.test.control);
    json.push_back(std::move(entry));
  }
  return {{"groups", json}};
}

Json map_json(const RateMap& map) {
  Json rows = Json::array();
  for (std::size_t row = 0; row < map.first.size(); ++row) {
    const auto first = map.values.begin() + static_cast<std::ptrdiff_t>(row * map.second.size());
    rows.push_back(numbers_json({first, first + static_cast<std::ptrdiff_t>(map.second.size())}));
  }
  Json json{{"groups", map.groups}, {"rates", {map.first, map.second}}, {"figure", map.figure}, {"values", rows}};
  if (const std::size_t best = map.lowest(); best < map.values.size()) {
    json["lowest"] = {map.first[best / map.second.size()], map.second[best % map.second.size()]};
  }
  return {{"map", json}};
}

}  // namespace

std::size_t RateMap::lowest() const {
  std::size_t best = values.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && (best == values.size() || values[i] < values[best])) {
      best = i;
    }
  }
  return best;
}

FindLrSettings find_lr_settings(const Given& asked) {
  const Given given = without_overruled_start(asked);
  check_map_options(given);
  FindLrSettings settings;
  const Axis rates = parse_rates("rates", given.text("rates"));
  if (!rates.range || !rates.values.empty()) {
    throw usage_error("‹rates›: expected A..B, such as 1e-6..10, found '{}'", given.text("rates"));
  }
  settings.rates = *rates.range;
  settings.steps = kTestSteps.read("steps", given.text("steps"));
  settings.map = given.given("map");
  settings.points = kPoints.read("points", given.text("points"));
  settings.jobs = jobs(given);

  GivenTexts texts = shaping_texts(given);
  texts["max-steps"] = {fmt::format("{}", settings.steps)};
  texts["epochs"] = {fmt::format("{}", std::numeric_limits<std::uint32_t>::max())};
  texts["threads"] = {fmt::format("{}", settings.map ? 1 : jobs(given))};
  settings.run = run_settings(checked(run_options(), std::move(texts)), starting_model(given));
  if (given.given("run-dir")) {
    settings.run.run_dir = given.text("run-dir");
    RunFolder::check_free(*settings.run.run_dir);
  }
  for (ParameterGroup& group : settings.run.config.groups) {
    group.optimizer.schedule = {};  // rates are the test's
    group.optimizer.rate_changes.clear();
  }
  return settings;
}

FoundRates find_rates(const FindLrSettings& settings, const DataSource& source, TrialListener& listener,
                      RatesListener& found, const StopRequested& stop_requested) {
  if (settings.map) {
    return {.groups = {}, .map = make_map(settings, source, listener, found, stop_requested)};
  }
  return {.groups = test_groups(settings, source, found, stop_requested), .map = {}};
}

Json to_json(const FoundRates& found) { return found.map ? map_json(*found.map) : range_json(found.groups); }

Json rates_config(const FindLrSettings& settings) {
  Json json = stored_config(settings.run);
  for (const char* of_train : {"epochs", "max_steps", "monitor"}) {
    json.erase(of_train);
  }
  json["rates"] = fmt::format("{}..{}", settings.rates.first, settings.rates.last);
  json["steps"] = settings.steps;
  if (settings.map) {
    json["map"] = true;
    json["points"] = settings.points;
  }
  json["kind"] = "find-lr";
  return json;
}

std::filesystem::path keep_rates(const FindLrSettings& settings, const FoundRates& found, const std::string& command) {
  const RunFolder folder(settings.run.run_dir.value());
  folder.write_config(rates_config(settings), command);
  write_json(folder.find_lr(), to_json(found));
  write_report({{folder.path()}}, folder.report(), nullptr, settings.run.config.threads);
  return folder.report();
}

}  // namespace strata
