// print_losses DATA WEIGHTS LOSS classes|labels|numbers keras|torch LOWER UPPER STEPS: the loss of each step of a
// network of hidden layers 20 and 10 (ELU; lower the first, upper the rest) on rows in file order, 32 a batch, as
// tests/interop/check_objectives.py asks. DATA: four uint32, rows, features, targets and whether rows have weights,
// then fp32: features, targets, of classes one a row, and weights. WEIGHTS: the network's initial layers, as
// safetensors.

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/number.h"
#include "engine/panels/engine.h"
#include "io/model_file.h"
#include "tests/train/recorder.h"
#include "train/run_setup.h"

using namespace strata;

namespace {

template <class T>
AlignedVector<T> read(std::ifstream& in, std::size_t count) {
  AlignedVector<T> values(count);
  in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
  return values;
}

DataSource read_source(const char* path, std::string_view targets) {
  std::ifstream in(path, std::ios::binary);
  const auto head = read<std::uint32_t>(in, 4);
  DataSource source;
  Dataset& data = source.train;
  data.source = path;
  data.features = head[1];
  data.sample_shape = {head[1]};
  data.values = read<float>(in, std::size_t{head[0]} * head[1]);
  const auto wanted = read<float>(in, std::size_t{head[0]} * head[2]);
  if (targets == "classes") {
    source.classes = 2;
    data.labels = std::vector<std::uint32_t>(wanted.begin(), wanted.end());
  } else {
    source.targets = targets == "labels" ? TargetKind::labels : TargetKind::numbers;
    data.target_columns = head[2];
    data.target_values = wanted;
  }
  if (head[3] != 0) {
    const auto weights = read<float>(in, head[0]);
    data.row_weights = std::vector<float>(weights.begin(), weights.end());
  }
  if (!in) {
    throw failed_error("{}: too short", path);
  }
  return source;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 9) {
    fmt::print(stderr, "usage: print_losses DATA WEIGHTS LOSS classes|labels|numbers keras|torch LOWER UPPER STEPS\n");
    return 2;
  }
  register_panels_engine();
  const DataSource source = read_source(argv[1], argv[4]);
  TrainConfig config;
  config.convention = std::string_view(argv[5]) == "torch" ? Convention::torch : Convention::keras;
  config.loss = parse_objective(argv[3], "LOSS");
  config.validation_split = 0;
  config.scaler = ScalerKind::none;
  if (source.targets == TargetKind::numbers) {
    config.target_scaler = ScalerKind::none;
  }
  config.hidden = {20, 10};
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  config.groups = lower_upper_groups(3, 2, parse_optimizer(argv[6], config.convention, "LOWER"),
                                     parse_optimizer(argv[7], config.convention, "UPPER"));
  config.sampling = SamplingKind::sequential;
  config.epochs = 1000;
  config.max_steps = parse_number<std::uint64_t>(argv[8]);
  const Parameters initial = read_initial_weights(argv[2], model_for(config, source));
  Trainer trainer(config, source, &initial);
  test::Recorder heard;
  Observer* const observers[] = {&heard};
  trainer.run(observers, test::never);
  for (const StepInfo& step : heard.steps) {
    fmt::print("{}\n", step.loss);
  }
  return 0;
} catch (const Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
