#include "engine/panels/layers.h"

#include <algorithm>

namespace strata {

namespace {

namespace panels = kernels::panels;

/// Layer l of `from`, weights and biases; padding stays as it is, zero.
void to_panels(const Parameters& from, std::size_t l, AlignedVector<float>& weights, AlignedVector<float>& bias) {
  const MatrixView<const float> weight = from.weight(l);
  for (std::size_t o = 0; o < weight.rows(); ++o) {
    for (std::size_t i = 0; i < weight.columns(); ++i) {
      weights[panels::panel_index(weight.columns(), o, i)] = weight(o, i);
    }
  }
  std::ranges::copy(from.bias(l), bias.begin());
}

void from_panels(const AlignedVector<float>& weights, const AlignedVector<float>& bias, Parameters& to, std::size_t l) {
  const MatrixView<float> weight = to.weight(l);
  for (std::size_t o = 0; o < weight.rows(); ++o) {
    for (std::size_t i = 0; i < weight.columns(); ++i) {
      weight(o, i) = weights[panels::panel_index(weight.columns(), o, i)];
    }
  }
  std::copy_n(bias.begin(), weight.rows(), to.bias(l).begin());
}

}  // namespace

panels::LayerParameters LiveLayer::parameters() {
  panels::LayerParameters view{.weights = weights.data(),
                               .transposed = transposed.empty() ? nullptr : transposed.data(),
                               .bias = bias.data(),
                               .inputs = spec.inputs,
                               .outputs = spec.outputs};
  for (std::size_t slot = 0; slot < kernels::kMaxStateSlots; ++slot) {
    view.weight_state[slot] = weight_state[slot].empty() ? nullptr : weight_state[slot].data();
    view.bias_state[slot] = bias_state[slot].empty() ? nullptr : bias_state[slot].data();
  }
  return view;
}

std::vector<LiveLayer> make_live_layers(const EnginePlan& plan) {
  std::vector<LiveLayer> layers(plan.model.layer_count());
  bool trained_below = false;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    LiveLayer& layer = layers[l];
    layer.spec = plan.model.layer(l);
    const auto group =
        std::ranges::find_if(plan.groups, [&](const ParameterGroup& g) { return g.first <= l && l <= g.last; });
    layer.group = static_cast<std::size_t>(group - plan.groups.begin());
    layer.trained = !is_frozen(group->optimizer);
    const std::size_t size = panels::panel_floats(layer.spec.inputs, layer.spec.outputs);
    const std::size_t outputs = panels::padded(layer.spec.outputs);
    layer.weights.assign(size, 0.0F);
    layer.bias.assign(outputs, 0.0F);
    if (trained_below) {
      layer.transposed.assign(size, 0.0F);
    }
    const std::size_t slots = group->optimizer.state().size();
    for (std::size_t slot = 0; slot < slots; ++slot) {
      layer.weight_state[slot].assign(size, 0.0F);
      layer.bias_state[slot].assign(outputs, 0.0F);
    }
    trained_below = trained_below || layer.trained;
  }
  return layers;
}

AlignedVector<float> make_gradients(std::vector<LiveLayer>& layers) {
  std::size_t size = 0;
  for (const LiveLayer& layer : layers) {
    size += layer.trained ? layer.weights.size() + layer.bias.size() : 0;
  }
  AlignedVector<float> arena(size, 0.0F);
  std::span<float> left(arena);
  for (std::size_t l = layers.size(); l-- > 0;) {
    if (LiveLayer& layer = layers[l]; layer.trained) {
      layer.gradient = left.first(layer.weights.size());
      layer.bias_gradient = left.subspan(layer.weights.size(), layer.bias.size());
      left = left.subspan(layer.weights.size() + layer.bias.size());
    }
  }
  return arena;
}

std::size_t lowest_trained(const std::vector<LiveLayer>& layers) {
  return static_cast<std::size_t>(std::ranges::find_if(layers, &LiveLayer::trained) - layers.begin());
}

void import_parameters(const Parameters& parameters, std::vector<LiveLayer>& layers) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    LiveLayer& layer = layers[l];
    to_panels(parameters, l, layer.weights, layer.bias);
    const MatrixView<const float> weight = parameters.weight(l);
    for (std::size_t o = 0; !layer.transposed.empty() && o < weight.rows(); ++o) {
      for (std::size_t i = 0; i < weight.columns(); ++i) {
        layer.transposed[panels::panel_index(layer.spec.outputs, i, o)] = weight(o, i);
      }
    }
  }
}

void export_parameters(const std::vector<LiveLayer>& layers, Parameters& parameters) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    from_panels(layers[l].weights, layers[l].bias, parameters, l);
  }
}

void import_state(const OptimizerState& state, std::vector<LiveLayer>& layers) {
  for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (LiveLayer& layer = layers[l]; !layer.weight_state[slot].empty()) {
        to_panels(state.slots[slot], l, layer.weight_state[slot], layer.bias_state[slot]);
      }
    }
  }
}

void export_state(const std::vector<LiveLayer>& layers, OptimizerState& state) {
  for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (const LiveLayer& layer = layers[l]; !layer.weight_state[slot].empty()) {
        from_panels(layer.weight_state[slot], layer.bias_state[slot], state.slots[slot], l);
      }
    }
  }
}

}  // namespace strata
