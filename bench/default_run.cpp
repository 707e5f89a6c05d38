#include "bench/default_run.h"

#include <algorithm>

#include "core/random.h"
#include "core/threads.h"
#include "data/formats/idx_folder.h"

namespace strata::bench {

namespace {

constexpr std::size_t kRandomBytes = 100'000'000;
constexpr std::size_t kRandomRows = 60'000;
constexpr std::size_t kRandomTestRows = 1'000;

Dataset random_part(const Widths& widths, std::size_t rows, std::uint32_t part) {
  const Random random(part, RandomStream::sampling);
  Dataset dataset;
  dataset.source = "random pixels";
  dataset.sample_shape = {widths.front()};
  dataset.features = widths.front();
  dataset.pixels.resize(rows * widths.front());
  for (std::size_t i = 0; i < dataset.pixels.size(); ++i) {
    dataset.pixels[i] = static_cast<std::uint8_t>(random.bits(0, i / 8)[0] >> (i % 8 * 8));
  }
  for (std::size_t row = 0; row < rows; ++row) {  // every class occurs
    dataset.labels.push_back(static_cast<std::uint32_t>(row % widths.back()));
  }
  return dataset;
}

}  // namespace

Widths default_widths() { return {784, 300, 100, 50, 10}; }

std::vector<int> thread_counts() {
  const int all = available_threads();
  std::vector<int> counts{1};
  if (all >= 2) {
    counts.push_back(2);
  }
  if (all > 2) {
    counts.push_back(all);
  }
  return counts;
}

DataSource load_default_data(int threads) { return load_idx_folder(STRATA_DATASETS_DIR "/fashion-mnist", threads); }

DataSource random_data(const Widths& widths) {
  const std::size_t rows =
      std::max(widths.back(), std::clamp<std::size_t>(kRandomBytes / widths.front(), 1'000, kRandomRows));
  return {random_part(widths, rows, 1), random_part(widths, std::max(widths.back(), kRandomTestRows), 2),
          widths.back()};
}

TrainConfig config_for(const Widths& widths, std::size_t batch, int threads) {
  TrainConfig config;
  config.hidden.assign(widths.begin() + 1, widths.end() - 1);
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  const std::size_t layers = widths.size() - 1;
  config.groups = lower_upper_groups(layers, std::min<std::size_t>(2, layers),
                                     parse_optimizer("sgd,lr=0.01", Convention::keras, "--lower"),
                                     parse_optimizer("adam,lr=0.001", Convention::keras, "--upper"));
  config.batch_size = batch;
  config.threads = threads;
  return config;
}

ModelSpec model_of(const Widths& widths) {
  const TrainConfig config = config_for(widths, 1, 1);
  return {widths.front(), config.hidden, widths.back(), config.activation};
}

}  // namespace strata::bench
