#include "bench/default_run.h"

#include "core/threads.h"

namespace strata::bench {

std::vector<int> thread_counts() { return available_threads() > 1 ? std::vector{1, 2} : std::vector{1}; }

DataSource load_default_data(int threads) { return load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", threads); }

TrainConfig default_config(std::size_t batch, int threads) {
  TrainConfig config;
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  config.groups =
      lower_upper_groups(config.hidden.size() + 1, 2, parse_optimizer("sgd,lr=0.01", Convention::keras, "--lower"),
                         parse_optimizer("adam,lr=0.001", Convention::keras, "--upper"));
  config.batch_size = batch;
  config.threads = threads;
  return config;
}

ModelSpec default_model() {
  const TrainConfig config = default_config(1, 1);
  return {28UL * 28UL, config.hidden, 10, config.activation};
}

}  // namespace strata::bench
