// What the onednn engine keeps in memory: parameters, gradients and optimizer state, all in one layout, and a batch on
// its way through the layers, in fp32 or bf16.
#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "engine/engine.h"
#include "engine/loss.h"
#include "kernels/bf16.h"
#include "model/model.h"

namespace strata {

/// Where each layer's parameters lie in one arena: for each layer the weights (inputs, outputs), then the bias
/// (outputs), each starting at a cache line. Gradients and optimizer state use the same offsets. Padding is zero and
/// stays so.
class LiveLayout {
 public:
  explicit LiveLayout(const std::vector<LayerSpec>& layers);

  std::size_t size() const { return size_; }
  std::size_t weights(std::size_t layer) const { return weights_[layer]; }
  std::size_t bias(std::size_t layer) const { return bias_[layer]; }
  /// The elements [first, last) of layers `first_layer` … `last_layer`, padding included.
  std::pair<std::size_t, std::size_t> span_of(std::size_t first_layer, std::size_t last_layer) const;

  void from_canonical(const Parameters& parameters, AlignedVector<float>& arena) const;
  void to_canonical(const AlignedVector<float>& arena, Parameters& parameters) const;

 private:
  std::vector<std::size_t> weights_;
  std::vector<std::size_t> bias_;
  std::size_t size_ = 0;
};

/// A row-major matrix in either precision.
class ActivationMatrix {
 public:
  ActivationMatrix(kernels::Precision precision, std::size_t rows, std::size_t columns)
      : precision_(precision), columns_(columns), bytes_(rows * columns * element_size(precision), std::byte{}) {}

  kernels::Precision precision() const { return precision_; }
  std::size_t columns() const { return columns_; }
  bool empty() const { return bytes_.empty(); }
  void* data() { return bytes_.data(); }
  /// The first `rows` rows; of the matrix's own precision.
  MatrixView<float> f32(std::size_t rows) {
    assert(precision_ == kernels::Precision::f32);
    return {reinterpret_cast<float*>(bytes_.data()), rows, columns_};
  }
  MatrixView<kernels::Bf16> bf16(std::size_t rows) {
    assert(precision_ == kernels::Precision::bf16);
    return {reinterpret_cast<kernels::Bf16*>(bytes_.data()), rows, columns_};
  }
  /// Whether all values of the first `rows` rows are.
  bool is_finite(std::size_t rows);

 private:
  kernels::Precision precision_;
  std::size_t columns_;
  AlignedVector<std::byte> bytes_;
};

/// A batch on its way, with room for the largest. Outputs and their gradient are fp32 in both precisions; in bf16 the
/// gradient is then rounded, for the output layer's backward pass.
struct OnednnActivations {
  ActivationMatrix input;                   ///< (rows, inputs)
  std::vector<ActivationMatrix> values;     ///< of each layer: (rows, outputs); the last are the outputs
  std::vector<ActivationMatrix> dropped;    ///< what dropout leaves of them; of no rows where there is none
  std::vector<ActivationMatrix> gradients;  ///< of each layer: (rows, outputs)
  ActivationMatrix output_gradients;        ///< (rows, outputs)
  AlignedVector<float> row_losses;          ///< (rows)
  AlignedVector<float> row_figures;         ///< (rows)

  enum class Use { training, evaluation };  ///< only training drops units

  OnednnActivations(const EnginePlan& plan, std::size_t rows, Use use);

  /// Of those whose values are not all finite, in the first `rows` rows.
  std::optional<std::size_t> first_non_finite_layer(std::size_t rows);

  /// What the first `rows` rows come to.
  RowResults results(std::size_t rows) {
    return {std::span(row_losses).first(rows), std::span(row_figures).first(rows)};
  }

  /// What the next layer reads.
  ActivationMatrix& output(std::size_t layer) { return dropped[layer].empty() ? values[layer] : dropped[layer]; }
};

}  // namespace strata
