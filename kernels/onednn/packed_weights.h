// A layer's weights in bf16, in the layouts that its primitives read.
#pragma once

#include <cstddef>
#include <memory>

#include "core/tensor.h"

namespace strata::kernels::onednn {

class Context;

/// The bf16 copies that the primitives of one dense layer ask for when they are built, made from the fp32 weights,
/// which stay the ones that are trained. A copy holds what the weights were when they were last packed.
class PackedWeights {
 public:
  /// weights (inputs, outputs); the caller owns them and the context, and they outlive this.
  PackedWeights(Context& context, MatrixView<const float> weights);
  ~PackedWeights();
  PackedWeights(PackedWeights&&) noexcept;
  PackedWeights& operator=(PackedWeights&&) noexcept;

  std::size_t inputs() const { return weights_.rows(); }
  std::size_t outputs() const { return weights_.columns(); }

  /// Packs inputs first … last - 1 by our own kernel into the copies whose layout it knows; `first` is even, `last`
  /// even or inputs(). Thread-safe on ranges that do not overlap.
  void pack(std::size_t first, std::size_t last);
  /// Packs all of the other copies by oneDNN, on its threads. Throws Error(failed) if it cannot.
  void pack_others();

 private:
  friend class DenseLayer;
  struct Impl;
  MatrixView<const float> weights_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::kernels::onednn
