// A small data set that a network can learn, in memory, and a configuration for it.
#pragma once

#include <cstdint>

#include "tests/kernels/random_values.h"
#include "train/trainer.h"

namespace strata::test {

/// Rows of noise around one pattern a class.
inline Dataset small_dataset(std::size_t rows, std::size_t features, std::size_t classes, std::uint64_t seed) {
  const auto patterns = random_integers(classes * features, 200, 99);
  const auto noise = random_integers(rows * features, 56, seed);
  Dataset data;
  data.source = "memory";
  data.sample_shape = {features};
  data.features = features;
  for (std::size_t r = 0; r < rows; ++r) {
    data.labels.push_back(static_cast<std::uint32_t>(r % classes));
    for (std::size_t f = 0; f < features; ++f) {
      data.pixels.push_back(
          static_cast<std::uint8_t>(patterns[(r % classes) * features + f] + noise[r * features + f]));
    }
  }
  return data;
}

/// 203 training rows and 51 test rows of 9 features in 3 classes.
inline DataSource small_source() { return {small_dataset(203, 9, 3, 1), small_dataset(51, 9, 3, 2), 3}; }

/// In place of its class each row gets `targets` numbers, each the mean of some of its pixels in other units, or
/// labels, whether such a mean is large.
inline void take_targets(Dataset& data, std::size_t targets, TargetKind kind) {
  data.labels.clear();
  data.target_columns = targets;
  for (std::size_t r = 0; r < data.rows(); ++r) {
    for (std::size_t t = 0; t < targets; ++t) {
      float sum = 0;
      for (std::size_t f = t % 4; f < data.features; f += 2 + t % 3) {
        sum += static_cast<float>(data.pixels[r * data.features + f]) / static_cast<float>(data.features);
      }
      const float number = 3 * sum - 50 * static_cast<float>(t);
      data.target_values.push_back(kind == TargetKind::numbers ? number : sum > 50 ? 1.0F : 0.0F);
    }
  }
}

inline void take_targets(DataSource& source, std::size_t targets, TargetKind kind) {
  take_targets(source.train, targets, kind);
  take_targets(source.test, targets, kind);
  source.targets = kind;
  source.classes = 0;
}

/// Two hidden layers; lower SGD, upper Adam; 3 epochs.
inline TrainConfig small_config() {
  TrainConfig config;
  config.hidden = {8, 5};
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  config.groups = lower_upper_groups(3, 1, parse_optimizer("sgd,lr=0.05", Convention::keras, "--lower"),
                                     parse_optimizer("adam,lr=0.01", Convention::keras, "--upper"));
  config.epochs = 3;
  config.batch_size = 16;
  return config;
}

inline bool never() { return false; }

}  // namespace strata::test
