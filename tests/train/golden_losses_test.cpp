// The first 200 or 400 step losses of pairs of optimizers against those of Keras and PyTorch, which
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
#include "data/formats/idx_folder.h"
#include "model/model.h"
#include "optim/parameter_group.h"
#include "tests/catch.h"
#include "tests/train/framework_problem.h"
#include "train/trainer.h"

namespace strata::train_golden_losses_test {
namespace {

using namespace test;

constexpr std::size_t kUpperLayers = 2;

std::vector<double> train(const DataSource& source, Convention convention, const std::string& lower,
                          const std::string& upper, std::size_t steps, EngineKind engine) {
  TrainConfig config;
  config.engine = engine;
  config.validation_split = 0;
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

/// In PyTorch's convention the first steps of Adagrad divide by the gradient's size, those of Adadelta by little more.
double tolerance(Convention convention, const std::string& pair) {
  const auto has = [&](std::string_view name) { return pair.find(name) != std::string::npos; };
  if (convention == Convention::torch && (has("adagrad") || has("adadelta"))) {
    return has("adagrad") ? 1e-3 : 2e-4;
  }
  return 2e-5;
}

void check_against_golden(Convention convention, const std::string& file) {
  std::ifstream stream(STRATA_TESTS_DIR "/golden/" + file);
  REQUIRE(stream);
  const auto golden = nlohmann::json::parse(stream);
  const auto source = load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", available_threads());
  REQUIRE(golden["runs"].size() == 27);
  const auto engine = GENERATE(EngineKind::onednn, EngineKind::panels);
  CAPTURE(static_cast<int>(engine));
  for (const auto& run : golden["runs"]) {
    const auto lower = run["lower"].get<std::string>();
    const auto upper = run["upper"].get<std::string>();
    const auto expected = run["losses"].get<std::vector<double>>();
    CAPTURE(lower, upper);
    const auto losses = train(first_rows(source, run["train_rows"].get<std::size_t>()), convention, lower, upper,
                              expected.size(), engine);
    REQUIRE(losses.size() == expected.size());
    CHECK(largest_relative_difference(losses, expected) < tolerance(convention, lower + upper));
  }
}

TEST_CASE("Step losses agree with Keras'", "[train]") { check_against_golden(Convention::keras, "keras_losses.json"); }

TEST_CASE("Step losses agree with PyTorch's", "[train]") {
  check_against_golden(Convention::torch, "torch_losses.json");
}

}  // namespace
}  // namespace strata::train_golden_losses_test
