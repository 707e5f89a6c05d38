#include "engine/onednn/live_layout.h"

#include <algorithm>

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

}  // namespace strata
