#include "engine/clip_norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/sums.h"

namespace strata {

float clip_factor(const ClipNorm& clip, double sum_of_squares) {
  const double norm = std::sqrt(sum_of_squares);
  if (clip.convention == Convention::torch) {
    return static_cast<float>(std::min(1.0, clip.limit / (norm + 1e-6)));
  }
  return static_cast<float>(clip.limit / std::max(norm, clip.limit));
}

GradientSquares::GradientSquares(const std::vector<LayerSpec>& layers, const std::vector<bool>& trained) {
  constexpr std::size_t kPadding = 16;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::size_t padded = (layers[l].outputs + kPadding - 1) / kPadding * kPadding;
    layers_.push_back({layers[l].outputs, AlignedVector<double>(trained[l] ? padded : 0, 0.0)});
  }
}

void GradientSquares::fill(std::size_t layer, std::size_t first, MatrixView<const float> weights,
                           std::span<const float> bias) {
  const std::span<double> squares = std::span(layers_[layer].squares).subspan(first, weights.columns());
  std::ranges::fill(squares, 0.0);
  kernels::add_squares(weights, squares);
  kernels::add_squares({bias.data(), 1, bias.size()}, squares);
}

double GradientSquares::sum_of(const Layer& layer) {
  double sum = 0;
  for (std::size_t output = 0; output < std::min(layer.outputs, layer.squares.size()); ++output) {
    sum += layer.squares[output];
  }
  return sum;
}

double GradientSquares::sum() const {
  double sum = 0;
  for (const Layer& layer : layers_) {
    sum += sum_of(layer);
  }
  return sum;
}

std::vector<double> GradientSquares::norms() const {
  std::vector<double> norms;
  for (const Layer& layer : layers_) {
    norms.push_back(std::sqrt(sum_of(layer)));
  }
  return norms;
}

}  // namespace strata
