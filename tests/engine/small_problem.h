// A small data set and a network on it, for the engine and for the oracle.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/scaler.h"
#include "engine/engine.h"
#include "model/initialize.h"
#include "tests/kernels/random_values.h"
#include "tests/oracle/reference.h"

namespace strata::test {

/// `rows` rows of random pixels and labels, and a scaler that maps pixels to about (-1.7, 1.7).
struct SmallProblem {
  SmallProblem(std::size_t rows, const ModelSpec& spec, std::uint64_t seed = 1)
      : model(spec),
        pixels(random_integers<std::uint8_t>(rows * spec.inputs, 256, seed)),
        labels(random_integers(rows, spec.outputs, seed + 1)),
        scaler{random_floats(spec.inputs, 110, 140, seed + 2), random_floats(spec.inputs, 60, 80, seed + 3)},
        initial(spec.layers()) {
    initialize(initial, Initializer::glorot_uniform, Convention::keras, seed);
    for (std::size_t l = 0; l < spec.layer_count(); ++l) {  // biases other than 0, so that their place matters
      const auto bias = random_floats(initial.bias(l).size(), -0.2, 0.2, seed + 4 + l);
      std::ranges::copy(bias, initial.bias(l).begin());
    }
  }

  /// From now on the features are values in place of pixels, every thirteenth missing.
  void take_values() {
    values = random_floats(labels.size() * model.inputs, 0, 255, 77);
    for (std::size_t i = 5; i < values.size(); i += 13) {
      values[i] = std::numeric_limits<float>::quiet_NaN();
    }
    scaler.fill = random_floats(model.inputs, 100, 150, 78);
  }

  /// From now on there are targets in place of labels: numbers, or 0 and 1.
  void take_targets(std::size_t columns, bool are_labels) {
    target_columns = columns;
    const std::size_t size = labels.size() * columns;
    const auto ones = random_integers(size, 2, 80);
    targets = are_labels ? std::vector<float>(ones.begin(), ones.end()) : random_floats(size, -40, 90, 80);
  }

  /// From now on rows have weights.
  void weigh_rows() { row_weights = random_floats(labels.size(), 0.2, 3, 79); }

  SamplesView samples() const {
    SamplesView view;
    view.features = values.empty()
                        ? FeaturesView(MatrixView<const std::uint8_t>(pixels.data(), labels.size(), model.inputs))
                        : FeaturesView(MatrixView<const float>(values.data(), labels.size(), model.inputs));
    view.row_weights = row_weights;
    if (targets.empty()) {
      view.labels = labels;
    } else {
      view.targets = {targets.data(), labels.size(), target_columns};
    }
    return view;
  }

  /// A feature as it stands, or what fills it.
  float feature(std::size_t row, std::size_t f) const {
    const float x = samples().features(row, f);
    return std::isnan(x) ? scaler.fill[f] : x;
  }

  /// The batch as the network sees it: (rows.size(), inputs).
  std::vector<double> standardised(std::span<const std::uint32_t> rows) const {
    std::vector<double> src;
    for (const std::uint32_t row : rows) {
      for (std::size_t f = 0; f < model.inputs; ++f) {
        src.push_back(kernels::reference::standardise(feature(row, f), scaler.mean[f], scaler.scale[f]));
      }
    }
    return src;
  }

  std::vector<std::uint32_t> labels_of(std::span<const std::uint32_t> rows) const {
    std::vector<std::uint32_t> batch;
    for (const std::uint32_t row : rows) {
      batch.push_back(labels[row]);
    }
    return batch;
  }

  /// The rows' weights; none if they are not weighed.
  std::vector<double> row_weights_of(std::span<const std::uint32_t> rows, const TrainingLoss& loss) const {
    std::vector<double> weights;
    for (const std::uint32_t row : loss.weigh_rows ? rows : rows.first(0)) {
      weights.push_back(row_weights[row]);
    }
    return weights;
  }

  /// What the oracle is asked for a batch that is trained on.
  kernels::reference::LossOptions loss_options(const TrainingLoss& loss, std::span<const std::uint32_t> rows) const {
    return {loss.label_smoothing, loss.class_weights, loss.convention == Convention::torch, row_weights_of(rows, loss)};
  }

  ModelSpec model;
  std::vector<std::uint8_t> pixels;
  std::vector<float> values;  ///< if there are any, instead
  std::vector<std::uint32_t> labels;
  std::vector<float> row_weights;  ///< or none
  std::vector<float> targets;      ///< if there are any, instead of labels
  std::size_t target_columns = 0;
  Scaler scaler;
  Parameters initial;
};

inline kernels::reference::Network to_reference(const Parameters& parameters) {
  kernels::reference::Network network;
  for (std::size_t l = 0; l < parameters.layers().size(); ++l) {
    const LayerSpec& layer = parameters.layers()[l];
    const auto weight = parameters.weight(l);
    network.push_back({layer.inputs,
                       layer.outputs,
                       layer.activation,
                       {weight.data(), weight.data() + layer.inputs * layer.outputs},
                       to_double(parameters.bias(l))});
  }
  return network;
}

inline Activation activation_of(kernels::ActivationKind kind) {
  using kernels::ActivationKind;
  return {kind, kind == ActivationKind::leaky_relu ? 0.2F : kind == ActivationKind::elu ? 1.0F : 0.0F};
}

inline ParameterGroup group(std::size_t first, std::size_t last, std::string_view optimizer,
                            Convention convention = Convention::keras) {
  return {std::to_string(first) + "-" + std::to_string(last), first, last,
          parse_optimizer(optimizer, convention, "--group")};
}

/// The groups' updates at step t.
inline std::vector<kernels::OptimizerUpdate> updates_at(const std::vector<ParameterGroup>& groups, std::uint64_t t,
                                                        Convention convention = Convention::keras) {
  std::vector<kernels::OptimizerUpdate> updates;
  for (const ParameterGroup& g : groups) {
    const OptimizerSpec& optimizer = g.optimizer;
    updates.push_back(optimizer.updates(convention)(t, base_learning_rate(optimizer)));
  }
  return updates;
}

}  // namespace strata::test
