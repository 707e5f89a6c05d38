// What a run's record and a trial's key are made of must not change: sweeps and runs of earlier versions go on by them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/options/option_values.h"
#include "cli/options/repeat_command.h"
#include "io/model_file.h"
#include "search/trial.h"
#include "settings/settings_json.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"

namespace cli_settings_golden_test {

using namespace strata;
using namespace strata::cli;

namespace {

using Json = nlohmann::ordered_json;

/// The model that the word MODEL stands for: 3 features, hidden layers of 4 and 2, 2 classes.
ModelFile small_model() {
  ModelSpec spec{.inputs = 3, .hidden = {4, 2}, .outputs = 2, .activation = {kernels::ActivationKind::relu, 0}};
  Parameters parameters(spec.layers());
  float value = 0;
  for (float& weight : parameters.values()) {
    weight = value += 0.125F;
  }
  return {.spec = spec,
          .convention = Convention::torch,
          .parameters = std::move(parameters),
          .scaler = {std::vector<float>(3, 0), std::vector<float>(3, 1)},
          .sample_shape = {},
          .notes = {}};
}

/// The line of settings.jsonl for these words.
Json described(const Json& words, const std::string& model) {
  std::vector<std::string> typed;
  for (const std::string word : words) {
    typed.push_back(word == "MODEL" ? model : word);
  }
  const TrainSettings settings = train_settings(parse_arguments(train_command(), typed));
  Json config = config_json(settings);
  if (config.contains("from")) {
    config["from"] = "MODEL";
  }
  std::vector<std::string> again = train_words(shaping_json(settings.asked));
  std::ranges::replace(again, model, "MODEL");
  return {{"words", words}, {"config", config}, {"key", trial_key(config)}, {"shaping_words", again}};
}

}  // namespace

TEST_CASE("records and keys of runs are those of earlier versions", "[cli]") {
  const test::TemporaryFolder folder;
  const std::string model = (folder.path() / "model.safetensors").string();
  write_model(model, small_model());
  std::ifstream lines(std::filesystem::path(STRATA_TESTS_DIR) / "cli" / "golden" / "settings.jsonl");
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CHECK(described(Json::parse(line).at("words"), model).dump() == line);
  }
  CHECK(count >= 20);
}

}  // namespace cli_settings_golden_test
