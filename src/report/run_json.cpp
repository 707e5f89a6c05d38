#include <algorithm>
#include <limits>
#include <map>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "io/data_json.h"
#include "io/run_config.h"
#include "report/envelope.h"
#include "report/folder_json.h"
#include "report/json_files.h"
#include "report/test_figures.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostPoints = 400;  ///< of a curve by iteration: more than a page has room for

/// A number, or NaN for null.
double number_of(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

/// The metrics' step lines, as series.
struct Steps {
  std::vector<std::uint64_t> numbers;  ///< global_step
  std::vector<double> loss;
  std::vector<double> mean_loss;
  std::vector<double> mean_accuracy;
  std::vector<std::pair<std::string, std::vector<double>>> rates;  ///< by group

  void add(const Json& line) {
    numbers.push_back(line.at("global_step").get<std::uint64_t>());
    loss.push_back(number_of(line.at("loss")));
    mean_loss.push_back(number_of(line.at("mean_loss")));
    mean_accuracy.push_back(number_of(line.at("mean_accuracy")));
    for (const auto& [group, rate] : line.at("learning_rates").items()) {
      series(group).push_back(number_of(rate));
    }
    for (const auto& [group, values] : rates) {
      if (values.size() != numbers.size()) {
        throw data_error("learning_rates has other groups than the lines before");
      }
    }
  }

 private:
  std::vector<double>& series(const std::string& group) {
    auto found = std::ranges::find(rates, group, [](const auto& entry) { return entry.first; });
    if (found == rates.end()) {
      found = rates.insert(rates.end(), {group, std::vector<double>(numbers.size() - 1)});
    }
    return found->second;
  }
};

Json steps_json(const Steps& steps) {
  const std::vector<Bucket> all = buckets(steps.numbers.size(), kMostPoints);
  Json first = Json::array();
  Json last = Json::array();
  for (const Bucket& bucket : all) {
    first.push_back(steps.numbers[bucket.first]);
    last.push_back(steps.numbers[bucket.last - 1]);
  }
  Json rates = Json::object();
  for (const auto& [group, values] : steps.rates) {
    rates[group] = envelope(values, all);
  }
  return {{"count", steps.numbers.size()},
          {"first", std::move(first)},
          {"last", std::move(last)},
          {"loss", envelope(steps.loss, all)},
          {"mean_loss", last_values(steps.mean_loss, all)},
          {"mean_accuracy", last_values(steps.mean_accuracy, all)},
          {"learning_rates", std::move(rates)}};
}

/// `info`, `steps`, `epochs` and `result` of metrics.jsonl.
void add_metrics(Json& json, const fs::path& path) {
  Steps steps;
  Json epochs = Json::array();
  const bool cut = read_json_lines(path, [&](Json line) {
    const auto type = line.at("type").get<std::string>();
    if (type == "step") {
      steps.add(line);
    } else if (type == "epoch") {
      static_cast<void>(line.at("epoch").get<std::uint64_t>());
      line.erase("type");
      epochs.push_back(std::move(line));
    } else if (type == "run") {
      line.erase("type");
      line.erase("config");
      json["info"] = std::move(line);
    } else if (type == "result") {
      line.erase("type");
      json["result"] = std::move(line);
    }
  });
  json["steps"] = steps_json(steps);
  json["epochs"] = std::move(epochs);
  if (cut) {
    json["notes"].push_back("The last line of metrics.jsonl has no end and was left out.");
  }
  if (!json.contains("result")) {
    json["notes"].push_back("The metrics hold no result: the run still goes on, or was cut short.");
  }
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
                              .rows = std::move(rows.front()),
                              .compute = {run.engine, run.precision, threads}});
}

DataSource load_again(const ModelFile& model, const Json& config, int threads) {
  DataRequest request = data_of_config(config);
  request.threads = threads;
  return load_for_model(request, data_needs(model));
}

/// `test`, or a note that says why there is none.
void add_figures(Json& json, const fs::path& path, const Json& config, const DataSource* source, int threads) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    json["notes"].push_back("There is no model in the folder, so nothing is said about its mistakes.");
    return;
  }
  const ModelFile model = read_model(path);
  try {
    json["test"] = source != nullptr ? figures_of(model, *source, config, threads)
                                     : figures_of(model, load_again(model, config, threads), config, threads);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    json["notes"].push_back(
        fmt::format("The model could not be tested on the run's data ({}): {}. "
                    "Make the report where the run was started, with its data in place.",
                    config.value("data", "not named"), error.what()));
    return;
  }
  const Json accuracy = json.value("result", Json::object()).value("test_accuracy", Json());
  if (json["test"]["part"] == "test" && !accuracy.is_null() && accuracy != json["test"]["accuracy"]) {
    json["notes"].push_back(
        "The accuracy of the model on the data as it is now differs from that in the metrics: has the data changed?");
  }
}

}  // namespace

Json run_json(const fs::path& folder, const Json& config, const DataSource* source, int threads) {
  Json json{{"kind", "run"}, {"notes", Json::array()}, {"config", config}};
  add_metrics(json, folder / "metrics.jsonl");
  add_figures(json, folder / "model.safetensors", config, source, threads);
  return json;
}

}  // namespace strata
