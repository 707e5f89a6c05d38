// train_alone FILE: trains on rows in memory and saves the model, as a program does that has neither oneDNN nor OpenMP,
// TBB or MPI in its process: what this links is all that the library links. Exits 1 if it does not learn.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <exception>

#include "data/parallel.h"
#include "engine/panels/engine.h"
#include "io/model_file.h"
#include "train/trainer.h"

using namespace strata;

namespace {

/// Two classes: whether a point of the plane lies within a ring.
Dataset points(std::size_t rows) {
  Dataset data;
  data.source = "memory";
  data.sample_shape = {2};
  data.features = 2;
  for (std::size_t r = 0; r < rows; ++r) {
    const float x = static_cast<float>(r * 37 % 101) / 50 - 1;
    const float y = static_cast<float>(r * 53 % 97) / 48 - 1;
    data.values.push_back(x);
    data.values.push_back(y);
    data.labels.push_back(x * x + y * y < 0.5F ? 1 : 0);
  }
  return data;
}

TrainConfig configuration() {
  TrainConfig config;
  config.hidden = {16, 8};
  config.activation = {kernels::ActivationKind::elu, 1};
  config.groups = lower_upper_groups(3, 1, parse_optimizer("sgd,lr=0.1,momentum=0.9", Convention::keras, "lower"),
                                     parse_optimizer("adam,lr=0.01", Convention::keras, "upper"));
  config.epochs = 20;
  config.threads = 2;
  return config;
}

int train(const char* file) {
  register_panels_engine();
  const DataSource source{points(2000), {}, 2};
  Trainer trainer(configuration(), source);
  const RunResult result = trainer.run({}, [] { return false; });
  const Task task;
  write_model(file, {.spec = trainer.model(),
                     .task = task,
                     .parameters = trainer.parameters(),
                     .scaler = trainer.scaler(),
                     .sample_shape = {2},
                     .notes = {}});
  const double loss = result.val_loss.value();
  fmt::print("{} steps by {}, val_loss {:.4f}\n", result.steps, trainer.engine_name(), loss);
  return std::isfinite(loss) && loss < 0.2 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try { return argc == 2 ? train(argv[1]) : 2; } catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
