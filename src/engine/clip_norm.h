// Clipping by global norm: the gradients of all trained layers are scaled by one factor.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "model/model.h"

namespace strata {

/// The largest norm, and whose formula gives the factor (docs/numerics.md).
struct ClipNorm {
  double limit = 0;
  Convention convention = Convention::keras;
};

/// What every gradient is multiplied by, given the sum of all their squares; rounded once.
float clip_factor(const ClipNorm& clip, double sum_of_squares);

/// The sums of squared gradients of each output of each trained layer, which threads may fill side by side, and their
/// sum in an order that does not depend on who did.
class GradientSquares {
 public:
  /// `trained` says of each layer whether its gradients count.
  GradientSquares(const std::vector<LayerSpec>& layers, const std::vector<bool>& trained);

  /// A trained layer's outputs first …, as many as weights has columns: per output the chain of squares over the
  /// inputs, then the bias. weights (inputs, outputs), bias (outputs). Outputs past the layer's last are no matter, up
  /// to a multiple of 16.
  void fill(std::size_t layer, std::size_t first, MatrixView<const float> weights, std::span<const float> bias);

  /// After fill for every output of every trained layer: the norm of each layer, 0 of those not trained.
  std::vector<double> norms() const;
  /// Likewise the sum of all: outputs in order, then layers in order.
  double sum() const;

 private:
  struct Layer {
    std::size_t outputs;
    AlignedVector<double> squares;  ///< padded; empty where the layer is not trained
  };
  static double sum_of(const Layer& layer);

  std::vector<Layer> layers_;
};

}  // namespace strata
