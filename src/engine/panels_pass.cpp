#include "engine/panels_pass.h"

namespace strata {

namespace panels = kernels::panels;
using panels::Range;

LayerActivations::LayerActivations(const LayerSpec& layer, std::size_t rows, bool training)
    : values(layer.outputs, rows),
      inputs(layer.outputs, panels::derivative_needs_input(layer.activation.kind) ? rows : 0),
      gradients(layer.outputs, training ? rows : 0) {}

Pass::Pass(const ModelSpec& model, std::size_t rows, bool training) : batch(model.inputs, rows) {
  for (const LayerSpec& layer : model.layers()) {
    layers.emplace_back(layer, rows, training);
  }
}

void forward(const std::vector<LiveLayer>& layers, std::size_t l, Pass& pass, Range rows, Range panels) {
  const LiveLayer& layer = layers[l];
  const LayerActivations& here = pass.layers[l];
  panels::multiply({.src = pass.below(l),
                    .weights = layer.weights.data(),
                    .initial = layer.bias.data(),
                    .dst = here.values.view(),
                    .terms = layer.spec.inputs},
                   rows, panels);
  panels::activate(layer.spec.activation, here.values.view(), here.inputs.view(), rows, panels);
}

void backward(const std::vector<LiveLayer>& layers, std::size_t l, Pass& pass, Range rows, Range blocks) {
  const LiveLayer& layer = layers[l];
  const LayerActivations& below = pass.layers[l - 1];
  panels::multiply({.src = pass.layers[l].gradients.view(),
                    .weights = layer.transposed.data(),
                    .dst = below.gradients.view(),
                    .terms = layer.spec.outputs},
                   rows, blocks);
  panels::multiply_by_derivative(layers[l - 1].spec.activation, below.values.view(), below.inputs.view(),
                                 below.gradients.view(), rows, blocks);
}

}  // namespace strata
