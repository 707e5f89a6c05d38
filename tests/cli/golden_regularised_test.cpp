// Step losses with smoothed labels, weighted classes and clipped gradients against those of Keras and PyTorch, which
// tests/interop/regularised.py recorded in tests/golden.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/options/option_values.h"
#include "data/formats/idx_folder.h"
#include "tests/catch.h"
#include "tests/train/framework_problem.h"
#include "train/trainer.h"

namespace cli_golden_regularised_test {

using namespace strata;
using namespace strata::cli;
using namespace strata::test;

namespace {

constexpr double kTolerance = 2e-5;  // relative
constexpr std::size_t kRows = 1000;  // 31 whole batches an epoch and one of 8 rows

std::vector<double> train(const DataSource& source, const nlohmann::json& run, const std::string& engine) {
  std::vector<std::string> words{"--validation-split",
                                 "0",
                                 "--sampling",
                                 "sequential",
                                 "--threads",
                                 "1",
                                 "--lower",
                                 "sgd,lr=0.01,momentum=0.9",
                                 "--upper",
                                 "adam,lr=0.001",
                                 "--engine",
                                 engine,
                                 "--convention",
                                 run["convention"].get<std::string>(),
                                 "--max-steps",
                                 std::to_string(run["losses"].size())};
  for (const auto& word : run["options"]) {
    words.push_back(word.get<std::string>());
  }
  const Parameters initial = framework_weights();
  LossRecorder recorder;
  Observer* const observers[] = {&recorder};
  Trainer(train_settings(parse_arguments(train_command(), words)).config, source, &initial).run(observers, [] {
    return false;
  });
  return recorder.losses();
}

}  // namespace

TEST_CASE("losses with smoothing, class weights and clipping agree with Keras' and PyTorch's", "[cli]") {
  std::ifstream stream(STRATA_TESTS_DIR "/golden/regularised_losses.json");
  REQUIRE(stream);
  const auto golden = nlohmann::json::parse(stream);
  const DataSource source = first_rows(load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", 1), kRows);
  REQUIRE(golden["runs"].size() == 14);
  const std::string engine = GENERATE(as<std::string>{}, "onednn", "panels");
  for (const auto& run : golden["runs"]) {
    CAPTURE(engine, run["convention"].get<std::string>(), run["options"].dump());
    const auto expected = run["losses"].get<std::vector<double>>();
    const auto losses = train(source, run, engine);
    REQUIRE(losses.size() == expected.size());
    CHECK(largest_relative_difference(losses, expected) < kTolerance);
  }
}

}  // namespace cli_golden_regularised_test
