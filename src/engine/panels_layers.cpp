#include "engine/panels_layers.h"

#include <algorithm>

namespace strata {

namespace {

namespace panels = kernels::panels;

void import_layer(MatrixView<const float> weight, std::span<const float> bias, LiveLayer& layer) {
  for (std::size_t o = 0; o < weight.rows(); ++o) {
    for (std::size_t i = 0; i < weight.columns(); ++i) {
      layer.weights[panels::panel_index(layer.spec.inputs, o, i)] = weight(o, i);
      if (!layer.transposed.empty()) {
        layer.transposed[panels::panel_index(layer.spec.outputs, i, o)] = weight(o, i);
      }
    }
  }
  std::ranges::copy(bias, layer.bias.begin());
  for (std::size_t slot = 0; slot < kernels::kMaxStateSlots; ++slot) {
    std::ranges::fill(layer.weight_state[slot], 0.0F);
    std::ranges::fill(layer.bias_state[slot], 0.0F);
  }
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
    const std::size_t slots = find_optimizer(group->optimizer.name).state_slots(group->optimizer);
    for (std::size_t slot = 0; slot < slots; ++slot) {
      layer.weight_state[slot].assign(size, 0.0F);
      layer.bias_state[slot].assign(outputs, 0.0F);
    }
    if (plan.staged) {
      layer.gradient.assign(size, 0.0F);
      layer.bias_gradient.assign(outputs, 0.0F);
    }
    trained_below = trained_below || layer.trained;
  }
  return layers;
}

std::size_t lowest_trained(const std::vector<LiveLayer>& layers) {
  return static_cast<std::size_t>(std::ranges::find_if(layers, &LiveLayer::trained) - layers.begin());
}

void import_parameters(const Parameters& parameters, std::vector<LiveLayer>& layers) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    import_layer(parameters.weight(l), parameters.bias(l), layers[l]);
  }
}

void export_parameters(const std::vector<LiveLayer>& layers, Parameters& parameters) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LiveLayer& layer = layers[l];
    const MatrixView<float> weight = parameters.weight(l);
    for (std::size_t o = 0; o < weight.rows(); ++o) {
      for (std::size_t i = 0; i < weight.columns(); ++i) {
        weight(o, i) = layer.weights[panels::panel_index(layer.spec.inputs, o, i)];
      }
    }
    std::copy_n(layer.bias.begin(), weight.rows(), parameters.bias(l).begin());
  }
}

}  // namespace strata
