// A batch's way through the panels engine: what it leaves in each layer, the products that compute it, and what the
// objective makes of the outputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "engine/engine.h"
#include "engine/loss.h"
#include "engine/panels/layers.h"
#include "kernels/dropout.h"
#include "kernels/panels/dense.h"

namespace strata {

/// Rows that a block of a buffer for `rows` rows has room for: from block to block the caches' sets must not repeat, as
/// they would at a stride of a power of two.
constexpr std::size_t row_capacity(std::size_t rows) { return rows < 256 ? rows : (rows + 47) / 64 * 64 + 16; }

/// Owned storage of a Blocked matrix, zero at first.
class BlockedBuffer {
 public:
  BlockedBuffer(std::size_t features, std::size_t rows)
      : values_(kernels::panels::padded(features) * row_capacity(rows), 0.0F),
        view_{values_.data(), row_capacity(rows)} {}
  BlockedBuffer(BlockedBuffer&&) = default;
  BlockedBuffer& operator=(BlockedBuffer&&) = default;

  const kernels::panels::Blocked& view() const { return view_; }
  /// Whether all values of the first `rows` rows are.
  bool is_finite(std::size_t rows) const;

 private:
  AlignedVector<float> values_;
  kernels::panels::Blocked view_;
};

/// What a batch leaves in one layer.
struct LayerActivations {
  BlockedBuffer values;     ///< after the activation
  BlockedBuffer inputs;     ///< before it, where the derivative needs that
  BlockedBuffer gradients;  ///< of the loss, before the activation
  BlockedBuffer dropped;    ///< what dropout leaves of the values, which the derivative may still need; else empty

  LayerActivations(const LayerSpec& layer, std::size_t rows, bool training, bool dropout);

  /// What the next layer reads.
  const kernels::panels::Blocked& output() const {
    return dropped.view().capacity > 0 ? dropped.view() : values.view();
  }
};

/// Up to `rows` rows on their way.
struct Pass {
  BlockedBuffer batch;        ///< the network's input, standardised
  std::size_t first_row = 0;  ///< of the rows in the batch of all ranks, as dropout counts them
  std::vector<LayerActivations> layers;
  std::vector<std::optional<kernels::DropoutMask>> masks;  ///< of each layer at the step at hand

  /// For rows without a way back, and without dropout.
  Pass(const ModelSpec& model, std::size_t rows);
  /// With what the plan's training needs.
  Pass(const EnginePlan& plan, std::size_t rows);

  /// Draws the masks of another step.
  void draw_masks(const EnginePlan& plan, std::uint64_t step);

  /// What layer l reads.
  const kernels::panels::Blocked& below(std::size_t l) const { return l == 0 ? batch.view() : layers[l - 1].output(); }
};

/// Layer l's values from those below it, for some rows and some panels of outputs.
void forward(const std::vector<LiveLayer>& layers, std::size_t l, Pass& pass, kernels::panels::Range rows,
             kernels::panels::Range panels);

/// The first layer whose values in the first `rows` rows are not all finite, if there is one.
std::optional<std::size_t> first_non_finite_layer(const Pass& pass, std::size_t rows);

/// The gradients of layer l - 1 from those of layer l > 0, for some rows and some blocks of l's inputs.
void backward(const std::vector<LiveLayer>& layers, std::size_t l, Pass& pass, kernels::panels::Range rows,
              kernels::panels::Range blocks);

/// What the objective makes of the network's outputs, up to `rows` rows at a time, for one thread.
class PanelsLoss {
 public:
  PanelsLoss(const EnginePlan& plan, std::size_t rows);

  /// The first predictions.rows() rows' predictions.
  void predict(const kernels::panels::Blocked& outputs, MatrixView<float> predictions);

  /// The plain losses of `rows` of `samples`, which are the first rows of outputs.
  void evaluate(const SamplesView& samples, std::span<const std::uint32_t> rows,
                const kernels::panels::Blocked& outputs, const RowResults& results);

  /// Rows `range` of the batch that `rows` of `samples` are: one result for each row of the range, and in `gradients`
  /// the gradients at the outputs of the mean over the batch, whose loss_weight() is `weight`.
  void train(const SamplesView& samples, std::span<const std::uint32_t> rows, kernels::panels::Range range,
             const kernels::panels::Blocked& outputs, double weight, const kernels::panels::Blocked& gradients,
             const RowResults& results);

 private:
  /// The outputs of some rows as a matrix: in place, or copied where they take more than one block.
  MatrixView<float> matrix(const kernels::panels::Blocked& outputs, kernels::panels::Range rows);
  bool in_place() const { return outputs_ <= kernels::panels::kWidth; }

  std::size_t outputs_;
  RowLosses losses_;
  AlignedVector<float> row_major_;  ///< (rows, outputs), for more outputs than a block holds
};

}  // namespace strata
