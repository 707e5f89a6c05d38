#include "cli/text/sweep_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options/repeat_command.h"
#include "cli/text/option_text.h"
#include "core/field.h"
#include "core/figure.h"
#include "io/json_text.h"
#include "search/ranking.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string unfinished_lines(const SweepResult& result) {
  std::string text;
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (const Candidate& candidate : result.candidates) {
    for (const TrialRecord* run : candidate.runs) {
      if (run->status == TrialStatus::completed) {
        continue;
      }
      if (shown < kShownCandidates) {
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
  const std::size_t tie = count_tied(result.candidates);
  if (tie > 1) {
    return fmt::format(
        "the first {} are tied: {}\n", tie,
        result.seeds > 1 ? "they differ by less than the seeds make them differ" : "their figures are equal");
  }
  return result.seeds > 1 || count_completed(result.candidates) < 2
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

Json candidate_json(const Candidate& candidate, Monitor monitor) {
  Json json = to_json(candidate);
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

std::string sweep_table(const SweepResult& result) {
  std::string text = fmt::format("{} trials, {} of them run now{}\n", result.trials, result.ran,
                                 result.left_out > 0 ? fmt::format("; {} left out", result.left_out) : "");
  const std::string page = result.page ? fmt::format("report: {}\n", result.page->string()) : "";
  if (count_completed(result.candidates) == 0) {
    return text + unfinished_lines(result) + "no trial was completed\n" + page;
  }
  text += best_table(result.candidates, result.monitor) + seeds_line(result) + unfinished_lines(result) +
          tie_line(result) + rate_lines(result) + edge_lines(result);
  const TrialRecord& best = best_run(result.candidates.front(), result.monitor);
  text += fmt::format("best epoch{}: {}, {} {}\n", seed_text(result, best), *best_epoch(best, result.monitor),
                      monitor_name(result.monitor), figure_text(*best_value(best, result.monitor)));
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
  json["completed"] = count_completed(result.candidates);
  json["tied"] = count_completed(result.candidates) > 0 ? count_tied(result.candidates) : 0;
  if (count_completed(result.candidates) > 0) {
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
