#include "cli/sweep_trials.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "cli/repeat_command.h"
#include "cli/training.h"
#include "core/error.h"

namespace strata::cli {

namespace {

/// The words that give option `name` the value; a flag is there or not.
void add_option(std::vector<std::string>& words, const std::vector<Option>& options, const std::string& name,
                const std::string& value) {
  const bool flag = std::ranges::find(options, name, &Option::name)->value.empty();
  if (flag && value != "true" && value != "false") {
    throw usage_error("--vary {}: expected true or false, found '{}'", name, value);
  }
  if (!flag || value == "true") {
    words.push_back(fmt::format("--{}", name));
  }
  if (!flag) {
    words.push_back(value);
  }
}

std::vector<std::string> trial_words(const SweepSettings& sweep, const Point& point, const Command& train,
                                     std::uint64_t seed, std::uint32_t epochs) {
  std::vector<std::string> words = sweep.words;
  for (const auto& [name, value] : point) {
    if (name == "lower" || name == "upper") {
      add_option(words, train.options, name, optimizer_text(point, name));
    } else if (name.find('.') == std::string::npos) {
      add_option(words, train.options, name, value);
    }
  }
  if (value_at(point, "epochs").empty()) {
    add_option(words, train.options, "epochs", fmt::format("{}", epochs));
  }
  if (value_at(point, "seed").empty()) {
    add_option(words, train.options, "seed", fmt::format("{}", seed));
  }
  words.insert(words.end(), {"--threads", "1"});
  return words;
}

/// The name that an axis has among a run's options.
std::string option_key(std::string axis) {
  std::ranges::replace(axis, '-', '_');
  return axis;
}

}  // namespace

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

TrainSettings trial_settings(const SweepSettings& sweep, const Point& point, std::uint64_t seed, std::uint32_t epochs) {
  const Command train = train_command();
  const std::vector<std::string> words = trial_words(sweep, point, train, seed, epochs);
  try {
    return train_settings(parse_arguments(train, words), sweep.from);
  } catch (const Error& error) {
    throw usage_error("{} (in the trial: {})", error.what(), train_command_line(words));
  }
}

Trial make_trial(const SweepSettings& sweep, const Point& point, const TrainSettings& settings,
                 const DataSource& source) {
  Trial trial;
  trial.options = config_json(settings);
  trial.key = trial_key(trial.options);
  trial.point = point;
  if (sweep.seeds > 1) {
    trial.point.emplace_back("seed", fmt::format("{}", settings.config.seed));
  }
  trial.command = train_command_line(settings.words);
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
  return options;
}

}  // namespace strata::cli
