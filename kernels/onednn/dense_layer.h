// A dense layer and its activation as oneDNN primitives, forward and backward, for one batch size.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/activation.h"
#include "kernels/precision.h"

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

class PackedWeights;

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
