// The network and initial weights that tests/interop trains in Keras and PyTorch, and how losses are compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "data/load.h"
#include "model/model.h"
#include "train/observer.h"

namespace strata::test {

inline const ModelSpec kFrameworkModel{784, {300, 100, 50}, 10, {kernels::ActivationKind::elu, 1}};

/// The SplitMix64 output for the state x: Steele, Lea, Flood, OOPSLA 2014.
inline std::uint64_t split_mix_64(std::uint64_t x) {
  std::uint64_t z = x + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// The bits of tests/interop/problem.py's initial_weights: uniform within sqrt(3 / inputs), biases 0.
inline Parameters framework_weights() {
  Parameters parameters(kFrameworkModel.layers());
  for (std::size_t layer = 0; layer < kFrameworkModel.layer_count(); ++layer) {
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

inline double largest_relative_difference(const std::vector<double>& losses, const std::vector<double>& expected) {
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(losses[i] - expected[i]) / expected[i]);
  }
  return largest;
}

/// The first rows of the training part, without a test part.
inline DataSource first_rows(const DataSource& source, std::size_t rows) {
  DataSource part;
  part.classes = source.classes;
  part.train = source.train;
  part.train.labels.resize(rows);
  part.train.pixels.resize(rows * part.train.features);
  return part;
}

}  // namespace strata::test
