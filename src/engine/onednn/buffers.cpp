#include "engine/onednn/buffers.h"

#include <algorithm>
#include <cmath>

namespace strata {

namespace {

std::size_t aligned(std::size_t floats) {
  constexpr std::size_t kLine = kAlignment / sizeof(float);
  return (floats + kLine - 1) / kLine * kLine;
}

}  // namespace

LiveLayout::LiveLayout(const std::vector<LayerSpec>& layers) {
  for (const LayerSpec& layer : layers) {
    weights_.push_back(size_);
    size_ += aligned(layer.inputs * layer.outputs);
    bias_.push_back(size_);
    size_ += aligned(layer.outputs);
  }
}

std::pair<std::size_t, std::size_t> LiveLayout::span_of(std::size_t first_layer, std::size_t last_layer) const {
  return {weights_[first_layer], last_layer + 1 < weights_.size() ? weights_[last_layer + 1] : size_};
}

void LiveLayout::from_canonical(const Parameters& parameters, AlignedVector<float>& arena) const {
  for (std::size_t l = 0; l < weights_.size(); ++l) {
    const MatrixView<const float> weight = parameters.weight(l);
    float* transposed = arena.data() + weights_[l];
    for (std::size_t o = 0; o < weight.rows(); ++o) {
      for (std::size_t i = 0; i < weight.columns(); ++i) {
        transposed[i * weight.rows() + o] = weight(o, i);
      }
    }
    std::ranges::copy(parameters.bias(l), arena.data() + bias_[l]);
  }
}

void LiveLayout::to_canonical(const AlignedVector<float>& arena, Parameters& parameters) const {
  for (std::size_t l = 0; l < weights_.size(); ++l) {
    const MatrixView<float> weight = parameters.weight(l);
    const float* transposed = arena.data() + weights_[l];
    for (std::size_t o = 0; o < weight.rows(); ++o) {
      for (std::size_t i = 0; i < weight.columns(); ++i) {
        weight(o, i) = transposed[i * weight.rows() + o];
      }
    }
    std::copy_n(arena.data() + bias_[l], weight.rows(), parameters.bias(l).begin());
  }
}

bool ActivationMatrix::is_finite(std::size_t rows) {
  if (precision_ == kernels::Precision::f32) {
    return std::ranges::all_of(std::span(f32(rows).data(), rows * columns_), [](float x) { return std::isfinite(x); });
  }
  return std::ranges::all_of(std::span(bf16(rows).data(), rows * columns_),
                             [](kernels::Bf16 x) { return std::isfinite(kernels::to_float(x)); });
}

OnednnActivations::OnednnActivations(const EnginePlan& plan, std::size_t rows, Use use)
    : input(plan.precision, rows, plan.model.inputs),
      output_gradients(kernels::Precision::f32, rows, plan.model.outputs),
      row_losses(rows, 0.0F),
      row_figures(rows, 0.0F) {
  for (std::size_t l = 0; l < plan.model.layer_count(); ++l) {
    const std::size_t outputs = plan.model.layer(l).outputs;
    const bool last = l + 1 == plan.model.layer_count();
    const bool drops = use == Use::training && plan.dropout_rate(l) > 0;
    values.emplace_back(last ? kernels::Precision::f32 : plan.precision, rows, outputs);
    dropped.emplace_back(plan.precision, drops ? rows : 0, outputs);
    gradients.emplace_back(plan.precision, rows, outputs);
  }
}

std::optional<std::size_t> OnednnActivations::first_non_finite_layer(std::size_t rows) {
  const auto found = std::ranges::find_if_not(values, [rows](ActivationMatrix& m) { return m.is_finite(rows); });
  return found == values.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - values.begin()));
}

}  // namespace strata
