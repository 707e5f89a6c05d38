#include "report/folder_json.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <new>
#include <set>
#include <string>
#include <utility>

#include "core/error.h"
#include "io/run_folder.h"
#include "report/json_files.h"
#include "search/ranking.h"
#include "search/rate_effect.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kCurveBudget = 80'000;  ///< values of all curves together: some 1.6 MB

/// The line of each trial as it stands in the file, and what it says.
struct SweepTrials {
  std::map<std::string, Json> lines;           ///< by key
  std::map<std::string, TrialRecord> records;  ///< by key
  std::vector<std::string> order;              ///< keys, as the trials came to their end
  bool cut = false;
};

void take(SweepTrials& trials, Json line) {
  TrialRecord record = trial_record(line);
  const std::string key = record.key;
  if (!trials.lines.contains(key)) {
    trials.order.push_back(key);
  }
  trials.lines.insert_or_assign(key, std::move(line));
  trials.records.insert_or_assign(key, std::move(record));
}

std::vector<Candidate> candidates_of(const SweepTrials& trials, Monitor monitor) {
  std::vector<const TrialRecord*> records;
  for (const std::string& key : trials.order) {
    records.push_back(&trials.records.at(key));
  }
  return ranked_candidates(records, monitor);
}

Json candidates_json(const std::vector<Candidate>& candidates) {
  Json json = Json::array();
  bool tie = true;  // ties are those of the first, up to where the first difference shows
  for (const Candidate& candidate : candidates) {
    tie = tie && (&candidate == &candidates.front() || tied(candidates.front(), candidate));
    Json one = to_json(candidate);
    one["tied"] = candidate.completed > 0 && tie;
    one["runs"] = Json::array();
    for (const TrialRecord* run : candidate.runs) {
      one["runs"].push_back(run->key);
    }
    json.push_back(std::move(one));
  }
  return json;
}

/// Every how many epochs curves are kept so that all of them fit the budget.
std::size_t curve_stride(const SweepTrials& trials) {
  std::size_t values = 0;
  for (const auto& [key, record] : trials.records) {
    for (const auto& [figure, curve] : record.curve) {
      values += curve.size();
    }
  }
  return std::max<std::size_t>(1, (values + kCurveBudget - 1) / kCurveBudget);
}

/// The epochs that are kept, from 1: the first, each stride-th after it, and the last.
std::vector<std::size_t> kept_epochs(std::size_t epochs, std::size_t stride) {
  std::vector<std::size_t> kept;
  for (std::size_t epoch = 1; epoch <= epochs; epoch += stride) {
    kept.push_back(epoch);
  }
  if (!kept.empty() && kept.back() != epochs) {
    kept.push_back(epochs);
  }
  return kept;
}

Json thinned_curve(const Json& curve, std::size_t stride) {
  Json thinned = Json::object();
  for (const auto& [figure, values] : curve.items()) {
    Json& kept = thinned[figure] = Json::array();
    for (const std::size_t epoch : kept_epochs(values.size(), stride)) {
      kept.push_back(values[epoch - 1]);
    }
  }
  return thinned;
}

/// A trial's line without the options, which its command tells, and with the curve's epochs where it is thinned.
Json trial_json(Json line, const TrialRecord& record, std::size_t stride) {
  line.erase("options");
  line["seed"] = record.options.value("seed", Json());
  if (stride > 1 && line.contains("curve")) {
    std::size_t epochs = 0;
    for (const auto& [figure, values] : record.curve) {
      epochs = std::max(epochs, values.size());
    }
    line["curve"] = thinned_curve(line["curve"], stride);
    line["curve_epochs"] = kept_epochs(epochs, stride);
  }
  return line;
}

Json json_of(const SweepTrials& trials, const Json& config, Monitor monitor) {
  const std::size_t stride = curve_stride(trials);
  const std::vector<Candidate> candidates = candidates_of(trials, monitor);
  Json json{{"kind", "sweep"},
            {"notes", Json::array()},
            {"config", config},
            {"higher_is_better", higher_is_better(monitor)},
            {"rate_sentences", rate_sentences(rate_effects(candidates, monitor), monitor)},
            {"candidates", candidates_json(candidates)},
            {"trials", Json::object()}};
  for (const std::string& key : trials.order) {
    json["trials"][key] = trial_json(trials.lines.at(key), trials.records.at(key), stride);
  }
  if (trials.cut) {
    json["notes"].push_back("The last line of trials.jsonl has no end and was left out.");
  }
  if (stride > 1) {
    json["notes"].push_back(
        fmt::format("So that the page stays small, curves show the first, every {}th and the last epoch.", stride));
  }
  return json;
}

void check_numbers(const Json& list) {
  for (const Json& value : list) {
    if (!value.is_null()) {
      static_cast<void>(value.get<double>());
    }
  }
}

/// Throws Json::exception or Error without a place.
void check_group(const Json& group) {
  static_cast<void>(group.at("group").get<std::string>());
  const std::size_t count = group.at("rates").size();
  for (const char* series : {"rates", "loss", "smoothed", "control"}) {
    check_numbers(group.at(series));
    if (group.at(series).size() != count) {
      throw data_error("{} and rates differ in length", series);
    }
  }
}

void check_map(const Json& map) {
  const Json& rates = map.at("rates");
  if (map.at("groups").size() != 2 || rates.size() != 2 || map.at("values").size() != rates[0].size()) {
    throw data_error("the map's values do not fit its rates");
  }
  for (const Json& row : map.at("values")) {
    check_numbers(row);
    if (row.size() != rates[1].size()) {
      throw data_error("the map's values do not fit its rates");
    }
  }
}

}  // namespace

std::string folder_kind(const fs::path& folder, const Json& config) {
  const Json kind = config.value("kind", Json("run"));
  if (kind != "run" && kind != "sweep" && kind != "find-lr") {
    throw data_error("{}: kind is {}; expected sweep, find-lr, or none for a run", (folder / "config.json").string(),
                     kind.dump());
  }
  return kind.get<std::string>();
}

bool is_worked_in(const fs::path& folder) {
  try {
    FolderLock::check_unlocked(folder);
    return false;
  } catch (const Error&) {
    return true;
  }
}

Monitor recorded_monitor(const fs::path& folder, const Json& config) {
  const auto name = config.value("monitor", "");
  const auto* const found = std::ranges::find(kMonitors, name, &MonitorEntry::name);
  if (found == kMonitors.end()) {
    throw data_error("{}: monitor is '{}', which this version does not know", (folder / "config.json").string(), name);
  }
  return found->value;
}

Json sweep_json(const Json& config, std::span<const std::shared_ptr<const Json>> lines) {
  SweepTrials trials;
  for (const std::shared_ptr<const Json>& line : lines) {
    take(trials, *line);
  }
  return json_of(trials, config, recorded_monitor("", config));
}

Json sweep_json(const fs::path& folder, const Json& config) {
  const Monitor monitor = recorded_monitor(folder, config);
  SweepTrials trials;
  trials.cut = read_json_lines(folder / "trials.jsonl", [&](Json line) { take(trials, std::move(line)); });
  Json json = json_of(trials, config, monitor);
  std::error_code ignored;
  if (fs::exists(folder / "best" / "report.html", ignored)) {
    json["best_report"] = "best/report.html";
  }
  return json;
}

Json find_lr_json(const fs::path& folder, const Json& config) {
  const fs::path path = folder / "find_lr.json";
  Json found = read_json_object(path);
  try {
    if (found.contains("map")) {
      check_map(found["map"]);
    } else {
      for (const Json& group : found.at("groups")) {
        check_group(group);
      }
    }
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw data_error("{}: damaged ({}); run strata find-lr again into a new folder", path.string(), error.what());
  }
  Json json{{"kind", "find-lr"}, {"notes", Json::array()}, {"config", config}};
  json.update(found);
  return json;
}

}  // namespace strata
