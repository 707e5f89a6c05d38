// A short run on the real Fashion-MNIST.

#include <array>

#include "tests/catch.h"
#include "train/trainer.h"

using namespace strata;

TEST_CASE("one epoch of the default run reaches 83 % validation accuracy", "[train]") {
  const DataSource source = load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", 2);
  TrainConfig config;
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  config.groups = lower_upper_groups(4, 2, parse_optimizer("sgd,lr=0.01", Convention::keras, "--lower"),
                                     parse_optimizer("adam,lr=0.001", Convention::keras, "--upper"));
  config.epochs = 1;
  config.threads = 2;

  Trainer trainer(config, source);
  const RunResult result = trainer.run({}, [] { return false; });

  CHECK(result.status == RunStatus::completed);
  CHECK(result.steps == 1500);
  REQUIRE(result.val_accuracy);
  CHECK(*result.val_accuracy >= 0.83);
}
