// The part of folder_json.h that is about a run: its records, and its model judged once more.
#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/number.h"
#include "core/text.h"
#include "diagnose/diagnose.h"
#include "objective/objective.h"
#include "report/curves.h"
#include "report/folder_json.h"
#include "report/json_files.h"
#include "report/metrics_series.h"
#include "report/recorded_facts.h"
#include "report/test_figures.h"
#include "settings/run_config.h"
#include "settings/settings_json.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// `progress` of a run without a result, and a note that says it in words.
void add_progress(Json& json, const fs::path& folder, std::uint64_t steps) {
  const bool going_on = is_worked_in(folder);
  const std::uint64_t expected = expected_steps(json["config"], json.value("info", Json::object()));
  json["progress"] = {{"status", going_on ? "going on" : "cut short"}, {"steps", steps}};
  if (expected > 0) {
    json["progress"]["of_steps"] = expected;
  }
  const std::string reached =
      expected > 0 ? fmt::format("{} of {} steps", steps, expected) : fmt::format("{} steps", steps);
  json["notes"].push_back(going_on
                              ? fmt::format("The run still goes on and has no result: this page shows {}.", reached)
                              : fmt::format("The run was cut short after {} and has no result. "
                                            "Resumed, it goes on from its last checkpoint.",
                                            reached));
}

/// `info`, `steps`, `epochs`, `epoch_curves` and `result` or `progress` of metrics.jsonl; and what diagnoses see of it.
RunFacts add_metrics(Json& json, const fs::path& folder) {
  StepSeries steps;
  EpochSeries epochs;
  const auto take = [&](Json line) {
    const auto type = line.at("type").get<std::string>();
    if (type == "step") {
      steps.take(line);
    } else if (type == "epoch") {
      epochs.take(line);
    } else if (type == "run") {
      line.erase("type");
      line.erase("config");
      json["info"] = std::move(line);
    } else if (type == "result") {
      line.erase("type");
      json["result"] = std::move(line);
    }
  };
  const bool cut = read_json_lines(folder / "metrics.jsonl", take,
                                   [&](std::string_view line) { return steps.take(line) || epochs.take(line); });
  json["steps"] = steps.json();
  epochs.add_to(json);
  if (cut) {
    json["notes"].push_back("The last line of metrics.jsonl has no end and was left out.");
  }
  if (!json.contains("result")) {
    add_progress(json, folder, std::max(steps.last(), epochs.last_step()));
  }
  return recorded_facts(json["config"], json.value("info", Json()), json.value("result", Json()), steps, epochs);
}

/// The rows that the run was tested on: the test part, or the validation rows where there is none.
Json figures_of(const ModelFile& model, const DataSource& source, const Json& config, int threads) {
  const RunConfig run = run_config(config);
  const Part part = source.test.rows() > 0 ? Part::test : Part::validation;
  std::vector<PartRows> rows = rows_of(part, source, run.split);
  if (rows.empty()) {
    throw data_error("it has neither test nor validation rows");
  }
  return test_figures(model, {.part = part == Part::test ? "test" : "validation",
                              .counted_in = rows.front().data == &source.train ? "training" : "",
                              .rows = std::move(rows.front()),
                              .compute = {run.engine, run.precision, threads}});
}

DataSource load_again(const ModelFile& model, const Json& config, int threads) {
  DataRequest request = data_of_config(config);
  request.threads = threads;
  return load_for_model(request, data_needs(model));
}

/// Of what moment of the run the tested model is: `steps` if the file knows it, and `earlier` if it is not the one that
/// the run has ended with.
void add_model_place(Json& json, const ModelFile& model) {
  Json& test = json["test"];
  std::string after;
  if (const auto noted = model.notes.find("steps"); noted != model.notes.end()) {
    if (const auto steps = parse_number<std::uint64_t>(noted->second)) {
      test["steps"] = *steps;
      after = fmt::format(", after {} steps", *steps);
    }
  }
  if (json.value("result", Json::object()).value("weights_hash", "") == weights_hash(model.parameters)) {
    return;
  }
  test["earlier"] = true;
  json["notes"].push_back(
      fmt::format("The model in the folder is of an earlier end of the run{}: what is said of its mistakes and classes "
                  "belongs to it, not to the end of the curves.",
                  after));
}

/// What diagnoses see of the data and of the tested model.
void add_data_facts(RunFacts& facts, const Json& json, const ModelFile* model, const DataSource& source, int threads) {
  facts.data = facts_of_data(facts.config, source, model, threads);
  facts.judged = facts_of_test(json.value("test", Json::object()));
}

/// The run's data as it was trained on, without its model; empty if they cannot be read, or another model says how.
std::optional<DataSource> load_without_model(const Json& config, int threads) {
  if (config.contains("from")) {
    return std::nullopt;
  }
  try {
    DataRequest request = data_of_config(config);
    request.threads = threads;
    if (const std::string loss = config.value("loss", ""); !loss.empty()) {
      request.takes = entry_of(parse_objective(loss, "loss").kind).takes;
    }
    return load_data(request);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {  // the diagnosis notes that there are none
    return std::nullopt;
  }
}

/// Of a run without a model: what diagnoses see of its data, if they can be read.
void add_facts_without_model(RunFacts& facts, const Json& json, const DataSource* source, int threads) {
  const std::optional<DataSource> loaded = source == nullptr ? load_without_model(facts.config, threads) : std::nullopt;
  if (source != nullptr || loaded) {
    add_data_facts(facts, json, nullptr, source != nullptr ? *source : *loaded, threads);
  }
}

/// `test` of the model, or a note that says why there is none.
void add_figures(Json& json, RunFacts& facts, const ModelFile& model, const DataSource* source, int threads) {
  const Json& config = facts.config;
  try {
    std::optional<DataSource> loaded;
    if (source == nullptr) {
      source = &loaded.emplace(load_again(model, config, threads));
    }
    json["test"] = figures_of(model, *source, config, threads);
    add_data_facts(facts, json, &model, *source, threads);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    json["notes"].push_back(
        fmt::format("The model could not be tested on the run's data ({}): {}. "
                    "Make the report where the run was started, with its data in place.",
                    config.value("data", "not named"), utf8_text(error.what())));
    return;
  }
  add_model_place(json, model);
  const Json accuracy = json.value("result", Json::object()).value("test_accuracy", Json());
  if (!json["test"].contains("earlier") && json["test"]["part"] == "test" && !accuracy.is_null() &&
      accuracy != json["test"]["accuracy"]) {
    json["notes"].push_back(
        "The accuracy of the model on the data as it is now differs from that in the metrics: has the data changed?");
  }
}

/// The same of the model in that file.
void add_figures(Json& json, RunFacts& facts, const fs::path& path, const DataSource* source, int threads) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    add_figures(json, facts, read_model(path), source, threads);
  } else {
    json["notes"].push_back("There is no model in the folder, so nothing is said about its mistakes.");
    add_facts_without_model(facts, json, source, threads);
  }
}

}  // namespace

void judge_run(Json& json, RunFacts facts, const ModelFile* model, const DataSource& source, int threads) {
  if (model != nullptr) {
    add_figures(json, facts, *model, &source, threads);
  } else {
    add_facts_without_model(facts, json, &source, threads);
  }
  json["diagnosis"] = to_json(diagnose(facts));
}

Json growing_run_json(const fs::path& folder, const Json& config) {
  Json json{{"kind", "run"}, {"notes", Json::array()}, {"config", config}};
  json["diagnosis"] = to_json(diagnose(add_metrics(json, folder)));
  return json;
}

Json run_json(const fs::path& folder, const Json& config, const DataSource* source, int threads) {
  Json json{{"kind", "run"}, {"notes", Json::array()}, {"config", config}};
  RunFacts facts = add_metrics(json, folder);
  add_figures(json, facts, folder / "model.safetensors", source, threads);
  json["diagnosis"] = to_json(diagnose(facts));
  return json;
}

}  // namespace strata
