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
#include "data/load.h"
#include "model/parameters.h"
#include "optim/parameter_group.h"
#include "tests/catch.h"
#include "train/trainer.h"

namespace strata {
namespace {

constexpr std::size_t kUpperLayers = 2;

const ModelSpec kModel{784, {300, 100, 50}, 10, {kernels::ActivationKind::elu, 1}};

/// The SplitMix64 output for the state x: Steele, Lea, Flood, OOPSLA 2014.
std::uint64_t split_mix_64(std::uint64_t x) {
  std::uint64_t z = x + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// The bits of tests/interop/problem.py's initial_weights: uniform within sqrt(3 / inputs), biases 0.
Parameters initial_weights() {
  Parameters parameters(kModel.layers());
  for (std::size_t layer = 0; layer < kModel.layer_count(); ++layer) {
    const auto weight = parameters.weight(layer);
    const auto limit = static_cast<float>(std::sqrt(3.0 / static_cast<double>(weight.columns())));
    std::uint64_t state = std::uint64_t{layer} << 40;
    for (std::size_t output = 0; output < weight.rows(); ++output) {
      for (float& value : std::span(weight.row(output), weight.columns())) {
        const float unit = static_cast<float>(split_mix_64(state++) >> 40) * 0x1p-24F;
        value = (2 * unit - 1) * limit;
      }
    }
  }
  return parameters;
}

class LossRecorder : public Observer {
 public:
  void on_step(const StepInfo& step) override { losses_.push_back(step.loss); }
  const std::vector<double>& losses() const { return losses_; }

 private:
  std::vector<double> losses_;
};

std::vector<double> train(const DataSource& source, Convention convention, const std::string& lower,
                          const std::string& upper, std::size_t steps, EngineKind engine) {
  TrainConfig config;
  config.engine = engine;
  config.validation_split = 0;
  config.hidden = kModel.hidden;
  config.activation = kModel.activation;
  config.convention = convention;
  config.groups = lower_upper_groups(kModel.layer_count(), kUpperLayers, parse_optimizer(lower, convention, "--lower"),
                                     parse_optimizer(upper, convention, "--upper"));
  config.batch_size = 32;
  config.sampling = SamplingKind::sequential;
  config.max_steps = steps;
  config.threads = 1;  // quicker than two on a machine that has other work

  const Parameters initial = initial_weights();
  LossRecorder recorder;
  Observer* const observers[] = {&recorder};
  Trainer(config, source, &initial).run(observers, [] { return false; });
  return recorder.losses();
}

double largest_relative_difference(const std::vector<double>& losses, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(losses[i] - expected[i]) / expected[i]);
  }
  return largest;
}

/// The first rows of the training part, without a test part.
DataSource first_rows(const DataSource& source, std::size_t rows) {
  DataSource part;
  part.classes = source.classes;
  part.train = source.train;
  part.train.labels.resize(rows);
  part.train.pixels.resize(rows * part.train.features);
  return part;
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
}  // namespace strata
