// A batch on its way through the onednn engine's layers, in fp32 or bf16.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "engine/engine.h"
#include "engine/row_losses.h"
#include "kernels/bf16.h"

namespace strata {

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
  bool is_finite(std::size_t rows) {
    if (precision_ == kernels::Precision::f32) {
      return std::ranges::all_of(std::span(f32(rows).data(), rows * columns_),
                                 [](float x) { return std::isfinite(x); });
    }
    return std::ranges::all_of(std::span(bf16(rows).data(), rows * columns_),
                               [](kernels::Bf16 x) { return std::isfinite(kernels::to_float(x)); });
  }

 private:
  kernels::Precision precision_;
  std::size_t columns_;
  AlignedVector<std::byte> bytes_;
};

/// For the largest batch. Outputs and their gradient are fp32 in both precisions; in bf16 the gradient is then rounded,
/// for the output layer's backward pass.
struct OnednnActivations {
  ActivationMatrix input;                   ///< (rows, inputs)
  std::vector<ActivationMatrix> values;     ///< of each layer: (rows, outputs); the last are the outputs
  std::vector<ActivationMatrix> dropped;    ///< what dropout leaves of them; of no rows where there is none
  std::vector<ActivationMatrix> gradients;  ///< of each layer: (rows, outputs)
  ActivationMatrix output_gradients;        ///< (rows, outputs)
  AlignedVector<float> row_losses;          ///< (rows)
  AlignedVector<float> row_figures;         ///< (rows)

  enum class Use { training, evaluation };  ///< only training drops units

  OnednnActivations(const EnginePlan& plan, std::size_t rows, Use use)
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

  /// Of those whose values are not all finite, in the first `rows` rows.
  std::optional<std::size_t> first_non_finite_layer(std::size_t rows) {
    const auto found = std::ranges::find_if_not(values, [rows](ActivationMatrix& m) { return m.is_finite(rows); });
    return found == values.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - values.begin()));
  }

  /// What the first `rows` rows come to.
  RowResults results(std::size_t rows) {
    return {std::span(row_losses).first(rows), std::span(row_figures).first(rows)};
  }

  /// What the next layer reads.
  ActivationMatrix& output(std::size_t layer) { return dropped[layer].empty() ? values[layer] : dropped[layer]; }
};

}  // namespace strata
