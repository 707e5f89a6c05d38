// The panels engine's live parameters: each layer's weights in panels, with optimizer state and gradients beside them.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "engine/engine.h"
#include "kernels/panels/dense.h"
#include "model/model.h"
#include "optim/parameter_group.h"

namespace strata {

/// One layer's live parameters. Padding is zero and stays so.
struct LiveLayer {
  LayerSpec spec;
  AlignedVector<float> weights;  ///< panels of (inputs, outputs)
  AlignedVector<float>
      transposed;             ///< panels of (outputs, inputs); empty where no backward pass goes through the layer
  AlignedVector<float> bias;  ///< (padded outputs)
  std::array<AlignedVector<float>, kernels::kMaxStateSlots> weight_state;
  std::array<AlignedVector<float>, kernels::kMaxStateSlots> bias_state;
  std::span<float> gradient;  ///< staged plan only: as weights, in make_gradients' arena
  std::span<float> bias_gradient;
  std::size_t group = 0;  ///< of the plan
  bool trained = false;

  kernels::panels::LayerParameters parameters();
};

/// All the plan's layers; weights and state are zero.
std::vector<LiveLayer> make_live_layers(const EnginePlan& plan);

/// The trained layers' gradients in one arena, the uppermost layer's first, each layer's weights before its biases.
AlignedVector<float> make_gradients(std::vector<LiveLayer>& layers);

/// The first layer that is trained; below it no gradient is needed. At least one is trained.
std::size_t lowest_trained(const std::vector<LiveLayer>& layers);

/// Replaces the weights; optimizer state stays as it is.
void import_parameters(const Parameters& parameters, std::vector<LiveLayer>& layers);
void export_parameters(const std::vector<LiveLayer>& layers, Parameters& parameters);

/// The optimizers' state of the plan that the layers were made for.
void import_state(const OptimizerState& state, std::vector<LiveLayer>& layers);
void export_state(const std::vector<LiveLayer>& layers, OptimizerState& state);

}  // namespace strata
