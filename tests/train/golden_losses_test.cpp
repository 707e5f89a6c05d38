// The first 400 step losses of every pair of optimizers against those of Keras and PyTorch, which
// tests/interop/write_golden.py recorded in tests/golden.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/threads.h"
#include "data/load.h"
#include "model/parameters.h"
#include "optim/parameter_group.h"
#include "tests/catch.h"
#include "tests/train/framework_problem.h"
#include "train/trainer.h"

namespace strata {
namespace {

using namespace test;

constexpr double kTolerance = 2e-5;  // relative
constexpr std::size_t kUpperLayers = 2;

std::vector<double> train(const DataSource& source, Convention convention, const std::string& lower,
                          const std::string& upper, std::size_t steps, EngineKind engine) {
  TrainConfig config;
  config.engine = engine;
  config.split = SplitKind::tail;
  config.hidden = kFrameworkModel.hidden;
  config.activation = kFrameworkModel.activation;
  config.convention = convention;
  config.groups =
      lower_upper_groups(kFrameworkModel.layer_count(), kUpperLayers, parse_optimizer(lower, convention, "--lower"),
                         parse_optimizer(upper, convention, "--upper"));
  config.batch_size = 32;
  config.sampling = SamplingKind::sequential;
  config.max_steps = steps;
  config.threads = 1;  // quicker than two on a machine that has other work

  const Parameters initial = framework_weights();
  LossRecorder recorder;
  Observer* const observers[] = {&recorder};
  Trainer(config, source, &initial).run(observers, [] { return false; });
  return recorder.losses();
}

void check_against_golden(Convention convention, const std::string& file) {
  std::ifstream stream(STRATA_TESTS_DIR "/golden/" + file);
  REQUIRE(stream);
  const auto golden = nlohmann::json::parse(stream);
  const auto source = load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", available_threads());
  REQUIRE(golden["runs"].size() == 16);
  const auto engine = GENERATE(EngineKind::onednn, EngineKind::panels);
  CAPTURE(static_cast<int>(engine));
  for (const auto& run : golden["runs"]) {
    const auto lower = run["lower"].get<std::string>();
    const auto upper = run["upper"].get<std::string>();
    const auto expected = run["losses"].get<std::vector<double>>();
    CAPTURE(lower, upper);
    const auto losses = train(source, convention, lower, upper, expected.size(), engine);
    REQUIRE(losses.size() == expected.size());
    CHECK(largest_relative_difference(losses, expected) < kTolerance);
  }
}

TEST_CASE("Step losses agree with Keras'", "[train]") { check_against_golden(Convention::keras, "keras_losses.json"); }

TEST_CASE("Step losses agree with PyTorch's", "[train]") {
  check_against_golden(Convention::torch, "torch_losses.json");
}

}  // namespace
}  // namespace strata
