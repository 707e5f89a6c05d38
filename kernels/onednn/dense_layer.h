// A dense layer and its activation as oneDNN primitives, forward and backward, for one batch size; and its weights in
// bf16, in the layouts that these primitives ask for when they are built.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "kernels/activation.h"
#include "kernels/bf16.h"

namespace strata::kernels::onednn {

/// oneDNN's CPU engine and its stream, which layers share. Outlives them.
class Context {
 public:
  Context();
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

 private:
  friend class DenseLayer;
  friend class PackedWeights;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

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

struct DenseShape {
  std::size_t batch = 0;
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Activation activation;
  Precision precision = Precision::f32;      ///< of src, diff_src, diff_dst and the weights that are multiplied
  Precision dst_precision = Precision::f32;  ///< of dst; with an activation it must be `precision`
};

/// Where a layer reads and writes; the caller owns it all, and it outlives the layer. A backward pointer that is null
/// means that the layer never computes it; diff_weights and diff_bias go together.
struct DenseBuffers {
  void* src = nullptr;              ///< (batch, inputs)
  float* weights = nullptr;         ///< (inputs, outputs): the transpose of the canonical form
  float* bias = nullptr;            ///< (outputs)
  void* dst = nullptr;              ///< (batch, outputs), after the activation
  void* diff_dst = nullptr;         ///< (batch, outputs); becomes the gradient before the activation
  void* diff_src = nullptr;         ///< (batch, inputs)
  float* diff_weights = nullptr;    ///< (inputs, outputs)
  float* diff_bias = nullptr;       ///< (outputs)
  PackedWeights* packed = nullptr;  ///< in bf16: of `weights`, which the layer then reads there alone
};

/// What oneDNN has chosen for an operation of a layer: "forward", "brgemm:avx512_core".
struct Implementation {
  std::string_view operation;
  std::string name;
};

/// The primitives are created with the thread count that use_threads set, and bound to the buffers.
/// Throws Error(failed) if oneDNN cannot create or run one.
class DenseLayer {
 public:
  DenseLayer(Context& context, const DenseShape& shape, const DenseBuffers& buffers);
  ~DenseLayer();
  DenseLayer(DenseLayer&&) noexcept;
  DenseLayer& operator=(DenseLayer&&) noexcept;

  /// dst = activation(src weights + bias)
  void forward();
  /// diff_dst times the activation's derivative (in place), then diff_weights and diff_bias, then diff_src.
  void backward();

  /// Of each primitive, in the order in which they run: forward first.
  std::vector<Implementation> implementations() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::kernels::onednn
