// Losses that add up over outputs, that is all but softmax's: loss, quick figure and gradient in one pass.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace strata::kernels {

/// The losses that have a rule among the kernels; softmax's is softmax_cross_entropy.h.
enum class LossKind { softmax_cross_entropy, binary_cross_entropy, mse, mae, huber, quantile };

/// What a loss needs to know beside outputs and targets.
struct OutputLoss {
  /// Of one output: the loss' own constants, such as delta, and the size of an error of 1 in the target's own units.
  struct Constants {
    float first = 0;
    float second = 0;
    float unit = 1;
  };

  LossKind kind = LossKind::mse;
  std::vector<Constants> outputs{};
  float threshold = 0.5F;  ///< of yes and no: a probability above it says yes
  float yes = 1;           ///< what is trained in place of a target that is 1, of yes and no
  float no = 0;            ///< and of one that is 0
};

/// For each row r of outputs (rows, loss.outputs.size()) and of targets (rows, outputs; or (rows, 1) of all outputs
/// alike): row_losses[r], the mean of its outputs' losses, times the row's weight, if there are any; row_figures[r],
/// the mean of its outputs' quick figures (LossSums), without; and, unless diff_outputs is empty, diff_outputs(r, o),
/// the gradient of the output's loss times the row's weight, divided by `divisor`, which belongs to the whole batch.
/// diff_outputs may be outputs. Sums run over outputs in ascending order.
void output_loss(const OutputLoss& loss, MatrixView<const float> outputs, MatrixView<const float> targets,
                 std::span<const float> row_weights, float divisor, MatrixView<float> diff_outputs,
                 std::span<float> row_losses, std::span<float> row_figures);

/// probabilities(r, o) = 1 / (1 + exp(-z)), with the bits of output_loss'; may be outputs.
void sigmoid_rows(MatrixView<const float> outputs, MatrixView<float> probabilities);

/// values(r, o) = fma(z, scale[o], mean[o]), where scale and mean of one element hold for all outputs alike; without
/// them z.
void rescale_rows(MatrixView<const float> outputs, std::span<const float> mean, std::span<const float> scale,
                  MatrixView<float> values);

}  // namespace strata::kernels
