#include "cli/find_lr_command.h"

#include <fmt/format.h>

#include <csignal>
#include <limits>
#include <optional>
#include <utility>

#include "cli/find_lr_text.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/parse_value.h"
#include "cli/repeat_command.h"
#include "cli/signals.h"
#include "cli/starting_model.h"
#include "cli/sweep_options.h"
#include "cli/sweep_progress.h"
#include "cli/sweep_settings.h"
#include "cli/training.h"
#include "core/error.h"
#include "core/number.h"
#include "kernels/instruction_set.h"
#include "report/report.h"
#include "search/trial_pool.h"

namespace strata::cli {

namespace {

using StopRequested = std::function<bool()>;

struct FindLrSettings {
  TrainSettings run;  ///< of so many steps, without schedules
  LogRange rates;
  std::size_t steps = 0;
  bool map = false;
  std::size_t points = 0;
  std::size_t jobs = 1;
};

/// Options of the map without --map.
void check_map_options(const Arguments& arguments) {
  for (const char* option : {"points", "jobs"}) {
    if (arguments.given(option) && !arguments.given("map")) {
      throw usage_error("--{} does not apply: it is an option of --map", option);
    }
  }
}

FindLrSettings find_lr_settings(const Arguments& given) {
  const Arguments arguments = without_overruled_start(given);
  constexpr std::uint64_t kFewestSteps = 20;
  constexpr std::uint64_t kMostSteps = 10'000'000;
  constexpr std::uint64_t kMostPoints = 1000;
  check_map_options(arguments);
  FindLrSettings settings;
  const Axis rates = parse_rates("rates", arguments.text("rates"));
  if (!rates.range || !rates.values.empty()) {
    throw usage_error("--rates: expected A..B, such as 1e-6..10, found '{}'", arguments.text("rates"));
  }
  settings.rates = *rates.range;
  settings.steps = parse_whole("steps", arguments.text("steps"), kFewestSteps, kMostSteps);
  settings.map = arguments.given("map");
  settings.points = parse_whole("points", arguments.text("points"), 2, kMostPoints);
  settings.jobs = jobs(arguments);

  const Command train = train_command();
  std::vector<std::string> words = shaping_words(train.options, arguments);
  words.insert(words.end(), {"--max-steps", fmt::format("{}", settings.steps), "--epochs",
                             fmt::format("{}", std::numeric_limits<std::uint32_t>::max())});
  const std::size_t threads = settings.map ? 1 : jobs(arguments);
  words.insert(words.end(), {"--threads", fmt::format("{}", threads)});
  settings.run = train_settings(parse_arguments(train, words));
  settings.run.quiet = arguments.given("quiet");
  settings.run.json = arguments.given("json");
  settings.run.progress =
      settings.run.quiet ? ProgressStyle::none : entry_named(kProgressStyles, arguments.text("progress")).value;
  if (arguments.given("run-dir")) {
    settings.run.run_dir = arguments.text("run-dir");
    RunFolder::check_free(*settings.run.run_dir);
  }
  for (ParameterGroup& group : settings.run.config.groups) {
    group.optimizer.schedule = {};  // rates are the test's
  }
  return settings;
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

std::vector<GroupRange> test_groups(const FindLrSettings& settings, const DataSource& source,
                                    const StopRequested& stop_requested) {
  std::vector<double> held;
  for (const ParameterGroup& group : settings.run.config.groups) {
    held.push_back(base_learning_rate(group.optimizer));
  }
  std::vector<GroupRange> ranges;
  for (const std::size_t g : trained_groups(settings.run.config)) {
    const ParameterGroup& group = settings.run.config.groups[g];
    RangeTest test = test_range([&] { return make_trainer(settings.run, source); }, g, held, settings.rates,
                                settings.steps, stop_requested);
    test.group = group.name;
    Suggestion suggestion = suggest(test);
    ranges.push_back({std::move(test), std::move(suggestion), group.optimizer});
  }
  return ranges;
}

/// Keeps the value of each run of a map at its place.
class MapListener : public TrialListener {
 public:
  MapListener(RateMap& map, SweepProgress& progress) : map_(map), progress_(progress) {}
  void on_start(const Trial& trial) override { progress_.on_start(trial); }
  void on_end(const Trial& trial, const TrialRecord& record) override {
    if (record.status == TrialStatus::failed) {
      throw failed_error("a run of the map failed: {}", record.reason);
    }
    const auto value = record.figures.find(map_.figure);
    if (record.status == TrialStatus::completed && value != record.figures.end()) {
      map_.values[*parse_number<std::size_t>(trial.key)] = value->second;
    }
    progress_.on_end(trial, record);
  }

 private:
  RateMap& map_;
  SweepProgress& progress_;
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

RateMap make_map(const FindLrSettings& settings, const DataSource& source, const StopRequested& stop_requested) {
  const std::vector<std::size_t> groups = trained_groups(settings.run.config);
  if (groups.size() != 2) {
    throw usage_error("--map needs two groups that are trained; there {} {}", groups.size() == 1 ? "is" : "are",
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
    TrainSettings run = settings.run;
    run.config.groups[groups[0]].optimizer.values["lr"] = first;
    run.config.groups[groups[1]].optimizer.values["lr"] = second;
    trials[i].key = fmt::format("{}", i);  // its place in the map
    trials[i].point = {{map.groups[0] + ".lr", fmt::format("{}", first)},
                       {map.groups[1] + ".lr", fmt::format("{}", second)}};
    trials[i].run = [run, &source](std::span<Observer* const> observers, const StopRequested& stop) {
      return make_trainer(run, source).run(observers, stop);
    };
  }
  SweepProgress progress(settings.run.progress, settings.run.config.monitor);
  progress.expect(trials.size(), 1);
  MapListener listener(map, progress);
  run_trials(trials, settings.jobs, listener, stop_requested);
  return map;
}

/// What was asked for, as --config reads it, and the kind of the folder.
nlohmann::ordered_json record(const FindLrSettings& settings) {
  nlohmann::ordered_json json = config_json(settings.run);
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

Outcome stopped(const FindLrSettings& settings, int signal) {
  if (!settings.run.quiet) {
    print_notes(fmt::format("stopped by {}\n", signal == SIGTERM ? "SIGTERM" : "SIGINT"));
  }
  return signal == SIGTERM ? Outcome::terminated : Outcome::interrupted;
}

Outcome find_lr(const FindLrSettings& settings, const std::string& command) {
  kernels::set_instruction_set(settings.run.instruction_set);
  const DataSource source = load_data(settings.run);
  const StopSignals signals;  // a run folder has all of its files, or is not there
  const StopRequested stop_requested = [&] { return signals.received() != 0; };
  nlohmann::ordered_json json;
  std::string text;
  if (settings.map) {
    const RateMap map = make_map(settings, source, stop_requested);
    json = map_json(map);
    text = map_text(map);
  } else {
    const std::vector<GroupRange> groups = test_groups(settings, source, stop_requested);
    json = range_json(groups);
    text = range_text(groups);
  }
  if (stop_requested()) {
    return stopped(settings, signals.received());
  }
  if (settings.run.run_dir) {
    const RunFolder folder(*settings.run.run_dir);
    folder.write_config(record(settings), command);
    write_json(folder.find_lr(), json);
    write_report({{folder.path()}}, folder.report(), nullptr, settings.run.config.threads);
  }
  signals.end_at_once();
  write_stdout(settings.run.json ? json.dump() + "\n" : text);
  return stop_requested() ? stopped(settings, signals.received()) : Outcome::done;
}

}  // namespace

Outcome run_find_lr(const std::vector<std::string>& words) {
  const Command command = find_lr_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  return naming_file(arguments, [&](const Arguments& all) {
    return find_lr(find_lr_settings(all), command_line("find-lr", without_config(command, all, words)));
  });
}

}  // namespace strata::cli
