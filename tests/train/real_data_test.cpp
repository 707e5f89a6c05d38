// A short run on the real Fashion-MNIST.

#include "data/formats/idx_folder.h"
#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "train/trainer.h"

namespace train_real_data_test {

using namespace strata;

namespace {

TrainConfig default_run() {
  TrainConfig config;
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  config.groups = lower_upper_groups(4, 2, parse_optimizer("sgd,lr=0.01", Convention::keras, "--lower"),
                                     parse_optimizer("adam,lr=0.001", Convention::keras, "--upper"));
  return config;
}

bool never() { return false; }

}  // namespace

TEST_CASE("one epoch of the default run reaches 83 % validation accuracy", "[train]") {
  const DataSource source = load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", 2);
  TrainConfig config = default_run();
  config.epochs = 1;
  config.threads = 2;

  Trainer trainer(config, source);
  const RunResult result = trainer.run({}, never);

  CHECK(result.status == RunStatus::completed);
  CHECK(result.steps == 1500);
  REQUIRE(!result.val_figures.empty());
  CHECK(result.val_figures.front().value >= 0.83);
}

TEST_CASE("the default run's first 200 steps have their known bits, with any number of threads", "[train]") {
  if (kernels::instruction_set_name() == "baseline") {
    WARN("no fused multiply-add on this instruction set, so no panels engine");
    return;
  }
  const DataSource source = load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", 2);
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    TrainConfig config = default_run();
    config.engine = EngineKind::panels;
    config.max_steps = 200;
    config.threads = threads;
    const RunResult result = Trainer(config, source).run({}, never);
    CHECK(result.weights_hash == "402d06b25aada67a");
  }
}

}  // namespace train_real_data_test
