#include "engine/panels/pass.h"

#include <algorithm>
#include <cmath>

namespace strata {

namespace panels = kernels::panels;
using panels::Range;

namespace {

/// dst = src with the mask's units dropped, if there is one.
void drop(const std::optional<kernels::DropoutMask>& mask, const panels::Blocked& src, const panels::Blocked& dst,
          std::size_t first_row, Range rows, Range blocks) {
  for (std::size_t block = blocks.first; mask && block < blocks.last; ++block) {
    const auto view = [&](const panels::Blocked& blocked) {
      return MatrixView<float>(blocked.at(block, rows.first), rows.size(), panels::kWidth);
    };
    kernels::drop_units(*mask, view(src), first_row + rows.first, block * panels::kWidth, view(dst));
  }
}

}  // namespace

bool BlockedBuffer::is_finite(std::size_t rows) const {
  const auto finite = [](float x) { return std::isfinite(x); };
  const std::size_t block_size = view_.capacity * panels::kWidth;
  for (std::size_t first = 0; first < values_.size(); first += block_size) {
    if (!std::ranges::all_of(std::span(values_).subspan(first, rows * panels::kWidth), finite)) {
      return false;
    }
  }
  return true;
}

LayerActivations::LayerActivations(const LayerSpec& layer, std::size_t rows, bool training, bool dropout)
    : values(layer.outputs, rows),
      inputs(layer.outputs, kernels::derivative_needs_input(layer.activation.kind) ? rows : 0),
      gradients(layer.outputs, training ? rows : 0),
      dropped(layer.outputs, dropout ? rows : 0) {}

Pass::Pass(const ModelSpec& model, std::size_t rows) : batch(model.inputs, rows), masks(model.layer_count()) {
  for (const LayerSpec& layer : model.layers()) {
    layers.emplace_back(layer, rows, false, false);
  }
}

Pass::Pass(const EnginePlan& plan, std::size_t rows) : batch(plan.model.inputs, rows), masks(plan.model.layer_count()) {
  for (std::size_t l = 0; l < plan.model.layer_count(); ++l) {
    layers.emplace_back(plan.model.layer(l), rows, true, plan.dropout_rate(l) > 0);
  }
}

void Pass::draw_masks(const EnginePlan& plan, std::uint64_t step) {
  for (std::size_t l = 0; l < masks.size(); ++l) {
    if (plan.dropout_rate(l) > 0) {
      masks[l] = kernels::dropout_mask(plan.dropout_rate(l), plan.seed, l, step);
    }
  }
}

void forward(const std::vector<LiveLayer>& layers, std::size_t l, Pass& pass, Range rows, Range panels) {
  const LiveLayer& layer = layers[l];
  const LayerActivations& here = pass.layers[l];
  panels::multiply({.src = pass.below(l),
                    .weights = layer.weights.data(),
                    .initial = layer.bias.data(),
                    .dst = here.values.view(),
                    .terms = layer.spec.inputs,
                    .results = layer.spec.outputs},
                   rows, panels);
  panels::activate(layer.spec.activation, here.values.view(), here.inputs.view(), rows, panels);
  drop(pass.masks[l], here.values.view(), here.dropped.view(), pass.first_row, rows, panels);
}

std::optional<std::size_t> first_non_finite_layer(const Pass& pass, std::size_t rows) {
  for (std::size_t l = 0; l < pass.layers.size(); ++l) {
    if (!pass.layers[l].values.is_finite(rows)) {
      return l;
    }
  }
  return std::nullopt;
}

void backward(const std::vector<LiveLayer>& layers, std::size_t l, Pass& pass, Range rows, Range blocks) {
  const LiveLayer& layer = layers[l];
  const LayerActivations& below = pass.layers[l - 1];
  panels::multiply({.src = pass.layers[l].gradients.view(),
                    .weights = layer.transposed.data(),
                    .dst = below.gradients.view(),
                    .terms = layer.spec.outputs,
                    .results = layer.spec.inputs},
                   rows, blocks);
  drop(pass.masks[l - 1], below.gradients.view(), below.gradients.view(), pass.first_row, rows, blocks);
  panels::multiply_by_derivative(layers[l - 1].spec.activation, below.values.view(), below.inputs.view(),
                                 below.gradients.view(), rows, blocks);
}

PanelsLoss::PanelsLoss(const EnginePlan& plan, std::size_t rows)
    : outputs_(plan.model.outputs),
      losses_(plan.task, plan.loss, outputs_, rows),
      row_major_(in_place() ? 0 : rows * outputs_) {}

void PanelsLoss::predict(const panels::Blocked& outputs, MatrixView<float> predictions) {
  losses_.predict(matrix(outputs, {0, predictions.rows()}), predictions);
}

void PanelsLoss::evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows,
                          const panels::Blocked& outputs, const RowResults& results) {
  losses_.evaluate(samples, rows, matrix(outputs, {0, rows.size()}), results);
}

void PanelsLoss::train(const SamplesView& samples, std::span<const std::uint32_t> rows, Range range,
                       const panels::Blocked& outputs, double weight, const panels::Blocked& gradients,
                       const RowResults& results) {
  const MatrixView<float> values = matrix(outputs, range);
  const MatrixView<float> diff = in_place() ? matrix(gradients, range) : values;
  losses_.train(samples, rows.subspan(range.first, range.size()), values, weight, diff, results);
  for (std::size_t row = 0; !in_place() && row < diff.rows(); ++row) {
    for (std::size_t o = 0; o < outputs_; ++o) {
      gradients(range.first + row, o) = diff(row, o);
    }
  }
}

MatrixView<float> PanelsLoss::matrix(const panels::Blocked& outputs, Range rows) {
  if (in_place()) {
    return {outputs.at(0, rows.first), rows.size(), outputs_, panels::kWidth};
  }
  const MatrixView<float> copy(row_major_.data(), rows.size(), outputs_);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t o = 0; o < outputs_; ++o) {
      copy(row, o) = outputs(rows.first + row, o);
    }
  }
  return copy;
}

}  // namespace strata
