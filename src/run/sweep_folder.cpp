#include "run/sweep_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "io/json_text.h"
#include "report/report.h"
#include "run/record.h"
#include "run/start.h"
#include "search/trial.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kConfig = "config.json";

Json read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  try {
    return parse_json(text);
  } catch (const Error& error) {
    throw data_error("{}: this is no JSON ({}); is it a sweep's folder?", path.string(), error.what());
  }
}

/// The options that are there in one or in both, with other values.
std::string differences(const SweptOptions& there, const SweptOptions& here) {
  Json all = there.common;
  all.update(here.common);
  std::string text;
  for (const auto& [key, ignored] : all.items()) {
    const Json first = there.common.value(key, Json());
    const Json second = here.common.value(key, Json());
    if (first != second && !there.varied.contains(key) && !here.varied.contains(key)) {
      const auto shown = [](const Json& value) { return value.is_null() ? "none" : value.dump(); };
      text += fmt::format("{}{} (there {}, here {})", text.empty() ? "" : ", ", key, shown(first), shown(second));
    }
  }
  return text;
}

/// Throws if the folder holds no sweep, or one of other options.
void check_same_options(const fs::path& path, const SweptOptions& here) {
  const Json config = read_json(path / kConfig);
  SweptOptions there;
  try {
    there = {with_stored_paths(config.at("common")), config.at("varied").get<std::set<std::string>>()};
  } catch (const Json::exception&) {
    throw usage_error("{}: this folder holds no sweep; give the name of a new one", path.string());
  }
  if (const std::string differing = differences(there, here); !differing.empty()) {
    throw usage_error("{}: the sweep in this folder has other options: {}; use them, or another folder", path.string(),
                      differing);
  }
}

/// The folder, made if it is not there; `options` fit what it holds.
fs::path opened(const fs::path& path, const SweptOptions& options) {
  std::error_code ignored;
  if (fs::exists(path / kConfig, ignored)) {
    check_same_options(path, options);
    return path;
  }
  RunFolder::check_free(path);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    throw failed_error("cannot use {} as the sweep's folder: {}", path.string(), error.message());
  }
  return path;
}

Json axes_json(const SweepSettings& sweep) {
  Json axes = Json::array();
  for (const Axis& axis : sweep.axes) {
    Json json{{"name", axis.name}, {"values", axis.values}};
    if (axis.range) {
      json["range"] = {axis.range->first, axis.range->last};
    }
    axes.push_back(std::move(json));
  }
  return axes;
}

/// The folder, once its configuration is written: from then on it is known as a sweep's.
const fs::path& configured(const fs::path& path, const Json& config) {
  write_json(path / kConfig, config);
  return path;
}

/// A trial run again.
struct Repetition {
  RunResult result;
  Curve curve;
};

/// Trains once, with so many threads, and fills the run folder; its model is missing if a stop was requested.
Repetition record_run(const fs::path& folder, const RunSettings& settings, int threads, const DataSource& source,
                      const Face& face, const std::function<bool()>& stop_requested) {
  RunSettings run = settings;
  run.config.threads = threads;
  run.config.may_spare_threads = threads != settings.config.threads;
  Trainer trainer = make_trainer(run, source);
  RunRecord record(folder, settings, face);
  TrialObserver curve;
  const std::array<Observer*, 2> observers{&record.log(), &curve};
  RunResult result = trainer.run(observers, stop_requested);
  if (result.status != RunStatus::interrupted) {
    save_model(record.folder().model(), settings, trainer, source);
  }
  Curve epochs = curve.record({}, result).curve;
  return {std::move(result), std::move(epochs)};
}

/// Whether each figure that the one has is the same in the other.
bool has_curve(const Curve& whole, const Curve& part) {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  return std::ranges::all_of(part, [&](const auto& figure) {
    const auto found = whole.find(figure.first);
    return found != whole.end() && std::ranges::equal(found->second, figure.second, same);
  });
}

/// Whether it ended with the best epoch's weights. A record that does not know them knows each epoch's figures.
bool repeats(const Repetition& again, const TrialRecord& best) {
  return best.best_weights_hash.empty() ? has_curve(again.curve, best.curve)
                                        : again.result.weights_hash == best.best_weights_hash;
}

bool is_made(const fs::path& folder, const std::string& command) {
  std::error_code ignored;
  return fs::exists(folder / "model.safetensors", ignored) && fs::exists(folder / kConfig, ignored) &&
         read_json(folder / kConfig).value("command", "") == command;
}

}  // namespace

Json sweep_config(const SweepSettings& sweep, const SweptOptions& options, Monitor monitor,
                  const std::string& command) {
  return {{"kind", "sweep"},
          {"strategy", name_of(kStrategies, sweep.strategy)},
          {"monitor", monitor_name(monitor)},
          {"seeds", sweep.seeds},
          {"axes", axes_json(sweep)},
          {"common", options.common},
          {"varied", options.varied},
          {"options", sweep.options},
          {"command", command}};
}

SweepFolder::SweepFolder(const fs::path& path, const SweepSettings& sweep, const SweptOptions& options, Monitor monitor,
                         const std::string& command)
    : path_(opened(path, options)),
      lock_(path_),
      trials_(configured(path_, sweep_config(sweep, options, monitor, command)) / "trials.jsonl", monitor) {}

std::vector<fs::path> SweepFolder::outputs(const fs::path& folder) {
  const fs::path best = folder / "best";
  return {folder / "trials.jsonl", folder / "report.html",     best / kConfig,
          best / "metrics.jsonl",  best / "model.safetensors", best / "report.html"};
}

void SweepFolder::make_best(const TrialRecord& best, const RunSettings& settings, int threads, const DataSource& source,
                            const Face& face, const std::function<bool()>& stop_requested) {
  const std::string command = face.command(shaping_json(settings.asked));
  if (!best.best_weights_hash.empty() && is_made(this->best(), command)) {
    return;
  }
  const fs::path partial = path_ / "best.partial";
  Repetition again;
  for (const int count : {threads, settings.config.threads}) {  // engines whose bits depend on them need the trial's
    fs::remove_all(partial);
    again = record_run(partial, settings, count, source, face, stop_requested);
    if (again.result.status == RunStatus::interrupted) {
      fs::remove_all(partial);
      return;
    }
    if (repeats(again, best)) {
      fs::remove_all(this->best());
      fs::rename(partial, this->best());
      complete(best, again.result.weights_hash, command);
      return;
    }
  }
  throw failed_error(
      "{}: the best trial, run again, gives weights {} and not those that it had{}; has the data "
      "changed? ({})",
      partial.string(), again.result.weights_hash,
      best.best_weights_hash.empty() ? "" : " (" + best.best_weights_hash + ")", command);
}

void SweepFolder::complete(const TrialRecord& record, const std::string& best_hash, const std::string& best_command) {
  if (record.best_weights_hash.empty()) {
    TrialRecord whole = record;
    whole.best_weights_hash = best_hash;
    whole.best_command = best_command;
    trials_.replace(whole);
  }
}

void SweepFolder::make_reports(const DataSource& source, int threads) const {
  std::error_code ignored;
  if (fs::exists(best(), ignored)) {
    write_report({{best()}}, best() / "report.html", &source, threads);
  }
  write_report({{path_}}, page(), &source, threads);
}

}  // namespace strata
