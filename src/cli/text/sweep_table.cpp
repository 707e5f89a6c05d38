#include "cli/text/sweep_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/options/repeat_command.h"
#include "cli/shell/sweep_progress.h"
#include "cli/text/option_text.h"
#include "cli/text/progress_line.h"
#include "cli/text/text_table.h"
#include "core/field.h"
#include "io/json_text.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShown = 10;

/// How many of the first candidates cannot be told from the best.
std::size_t ties(const std::vector<Candidate>& all) {
  return static_cast<std::size_t>(
      std::find_if(all.begin() + 1, all.end(), [&](const Candidate& other) { return !tied(all.front(), other); }) -
      all.begin());
}

/// How many candidates have a value.
std::size_t completed(const std::vector<Candidate>& candidates) {
  return static_cast<std::size_t>(
      std::ranges::count_if(candidates, [](const Candidate& candidate) { return candidate.completed > 0; }));
}

/// Whether a candidate is ranked by some of its seeds alone.
bool lacks_seeds(const std::vector<Candidate>& candidates) {
  return std::ranges::any_of(candidates, [](const Candidate& candidate) {
    return candidate.completed > 0 && candidate.completed < candidate.runs.size();
  });
}

/// The axes of the table's columns, in the order of their appearance.
std::vector<std::string> columns(const std::vector<Candidate>& candidates) {
  std::vector<std::string> names;
  for (const Candidate& candidate : candidates) {
    for (const auto& [name, value] : candidate.point) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::string value_text(const Candidate& candidate) {
  return candidate.deviation ? fmt::format("{} ±{}", figure(candidate.value), figure(*candidate.deviation))
                             : figure(candidate.value);
}

std::string unfinished_lines(const SweepResult& result) {
  std::string text;
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (const Candidate& candidate : result.candidates) {
    for (const TrialRecord* run : candidate.runs) {
      if (run->status == TrialStatus::completed) {
        continue;
      }
      if (shown < kShown) {
        text += fmt::format("{}: {}: {}\n", status_name(run->status), point_text(run->point), as_options(run->reason));
        ++shown;
      } else {
        ++left_out;
      }
    }
  }
  return left_out == 0 ? text : fmt::format("{}and {} more that diverged or failed\n", text, left_out);
}

/// The command that gives the weights by which the run is ranked; records of earlier versions have the trial's alone.
const std::string& command_of(const TrialRecord& run) {
  return run.best_command.empty() ? run.command : run.best_command;
}

/// Which of several seeds the run had.
std::string seed_text(const SweepResult& result, const TrialRecord& run) {
  return result.seeds > 1 ? fmt::format(" of seed {}", run.options.at("seed").dump()) : "";
}

std::string seeds_line(const SweepResult& result) {
  return lacks_seeds(result.candidates)
             ? "seeds: ranked by those that were completed, of how many; a candidate of which one has "
               "diverged comes after those without\n"
             : "";
}

std::string tie_line(const SweepResult& result) {
  const std::size_t tie = ties(result.candidates);
  if (tie > 1) {
    return fmt::format(
        "the first {} are tied: {}\n", tie,
        result.seeds > 1 ? "they differ by less than the seeds make them differ" : "their figures are equal");
  }
  return result.seeds > 1 || completed(result.candidates) < 2
             ? ""
             : "one seed tells nothing about chance: --seeds 3 shows which differences are larger than it\n";
}

std::string rate_lines(const SweepResult& result) {
  std::string text;
  for (const std::string& sentence : rate_sentences(result.rate_effects, result.monitor)) {
    text += sentence + "\n";
  }
  return text;
}

std::string edge_lines(const SweepResult& result) {
  std::string text;
  for (const Edge& edge : result.edges) {
    text +=
        fmt::format("the best {}, {}, lies at the {} end of what was tried; go on with {}\n", edge.axis,
                    axis_value_text(edge.axis, edge.value), edge.largest ? "upper" : "lower", axis_option(edge.wider));
  }
  return text;
}

Json point_json(const Point& point) {
  Json json = Json::object();
  for (const auto& [name, value] : point) {
    json[name] = value;
  }
  return json;
}

Json candidate_json(const Candidate& candidate, Monitor monitor) {
  Json json{{"varied", point_json(candidate.point)}, {"epochs", candidate.epochs}};
  json["completed"] = candidate.completed;
  if (candidate.completed > 0) {
    json["value"] = candidate.value;
    if (candidate.deviation) {
      json["deviation"] = *candidate.deviation;
    }
  }
  for (const TrialRecord* run : candidate.runs) {
    Json entry{{"key", run->key}, {"status", status_name(run->status)}};
    if (!run->reason.empty()) {
      entry["reason"] = plain(run->reason);
    }
    if (const auto epoch = best_epoch(*run, monitor)) {
      entry["best_epoch"] = *epoch;
      entry["best_value"] = *best_value(*run, monitor);
    }
    entry["weights_hash"] = run->weights_hash;
    if (!run->best_weights_hash.empty()) {
      entry["best_weights_hash"] = run->best_weights_hash;
    }
    entry["command"] = command_of(*run);
    json["runs"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

std::string best_table(const std::vector<Candidate>& candidates, Monitor monitor) {
  const std::vector<std::string> names = columns(candidates);
  std::vector<std::vector<std::string>> rows{{"rank", std::string(monitor_name(monitor)), "epoch", "of"}};
  const bool seeds = lacks_seeds(candidates);
  if (seeds) {
    rows.front().emplace_back("seeds");
  }
  rows.front().insert(rows.front().end(), names.begin(), names.end());
  const std::size_t tie = ties(candidates);
  for (std::size_t i = 0; i < std::min(completed(candidates), kShown); ++i) {
    const Candidate& candidate = candidates[i];
    rows.push_back({fmt::format("{}{}", i + 1, tie > 1 && i < tie ? "=" : ""), value_text(candidate),
                    fmt::format("{}", best_epoch(best_run(candidate, monitor), monitor).value_or(0)),
                    best_run(candidate, monitor).options.at("epochs").dump()});
    if (seeds) {
      rows.back().push_back(fmt::format("{}/{}", candidate.completed, candidate.runs.size()));
    }
    for (const std::string& name : names) {
      const std::string_view value = value_at(candidate.point, name);
      rows.back().emplace_back(value.empty() ? "-" : axis_value_text(name, value));
    }
  }
  return aligned(rows);
}

std::string sweep_table(const SweepResult& result) {
  std::string text = fmt::format("{} trials, {} of them run now{}\n", result.trials, result.ran,
                                 result.left_out > 0 ? fmt::format("; {} left out", result.left_out) : "");
  const std::string page = result.page ? fmt::format("report: {}\n", result.page->string()) : "";
  if (completed(result.candidates) == 0) {
    return text + unfinished_lines(result) + "no trial was completed\n" + page;
  }
  text += best_table(result.candidates, result.monitor) + seeds_line(result) + unfinished_lines(result) +
          tie_line(result) + rate_lines(result) + edge_lines(result);
  const TrialRecord& best = best_run(result.candidates.front(), result.monitor);
  text += fmt::format("best epoch{}: {}, {} {}\n", seed_text(result, best), *best_epoch(best, result.monitor),
                      monitor_name(result.monitor), figure(*best_value(best, result.monitor)));
  if (result.best_folder) {
    text += fmt::format("best model: {}, weights {}\n", result.best_folder->string(), best.best_weights_hash);
  }
  return text + page + fmt::format("again: {}\n", command_of(best));
}

std::string sweep_json(const SweepResult& result) {
  Json json{{"trials", result.trials},
            {"ran", result.ran},
            {"left_out", result.left_out},
            {"monitor", monitor_name(result.monitor)}};
  json["completed"] = completed(result.candidates);
  json["tied"] = completed(result.candidates) > 0 ? ties(result.candidates) : 0;
  if (completed(result.candidates) > 0) {
    const TrialRecord& best = best_run(result.candidates.front(), result.monitor);
    json["best"] = to_json(best, result.monitor);
    json["best"].erase("best_command");
    json["best"]["command"] = command_of(best);
    if (result.best_folder) {
      json["best_folder"] = result.best_folder->string();
    }
  }
  json["rate_effects"] = to_json(result.rate_effects, result.monitor);
  json["edges"] = Json::array();
  for (const Edge& edge : result.edges) {
    json["edges"].push_back({{"axis", edge.axis},
                             {"value", edge.value},
                             {"end", edge.largest ? "upper" : "lower"},
                             {"extend", axis_option(edge.wider)}});
  }
  json["candidates"] = Json::array();
  for (const Candidate& candidate : result.candidates) {
    json["candidates"].push_back(candidate_json(candidate, result.monitor));
  }
  return json_text(json) + "\n";
}

}  // namespace strata::cli
