#include "kernels/output_loss.h"

#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/output_loss.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "kernels/loss-inl.h"

namespace strata::kernels {
#ifndef STRATA_KERNELS_OUTPUT_LOSS_ONCE
#define STRATA_KERNELS_OUTPUT_LOSS_ONCE
/// Rows that stand side by side; no vector is wider.
inline constexpr std::size_t kLossRows = 16;

/// One output of up to kLossRows rows, the rest zeros.
struct alignas(64) LossColumn {
  float values[kLossRows] = {};

  void take(MatrixView<const float> matrix, std::size_t column) {
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
      values[r] = matrix(r, column);
    }
  }
  void give(MatrixView<float> matrix, std::size_t column) const {
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
      matrix(r, column) = values[r];
    }
  }
};
#endif
}  // namespace strata::kernels

HWY_BEFORE_NAMESPACE();
namespace strata::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using LossLanes = hn::CappedTag<float, kLossRows>;

/// Up to kLossRows rows, one a lane, so that no sum runs along a vector.
template <LossKind kind>
class LossOfRows {
 public:
  LossOfRows(const OutputLoss& loss, std::span<const float> row_weights, float divisor)
      : loss_(loss), divisor_(divisor), weighed_(!row_weights.empty()) {
    std::copy(row_weights.begin(), row_weights.end(), weights_.values);
  }

  /// The next output: adds its losses and figures, and leaves its gradients in `outputs`.
  void add(std::size_t output, LossColumn& outputs, const LossColumn& targets) {
    const LossLanes d;
    for (std::size_t r = 0; r < kLossRows; r += hn::Lanes(d)) {
      const auto terms = LossRule<kind>::terms(d, loss_, loss_.outputs[output], hn::Load(d, outputs.values + r),
                                               hn::Load(d, targets.values + r));
      hn::Store(hn::Add(hn::Load(d, losses_.values + r), terms.loss), d, losses_.values + r);
      hn::Store(hn::Add(hn::Load(d, figures_.values + r), terms.figure), d, figures_.values + r);
      const auto gradient = weighed_ ? hn::Mul(hn::Load(d, weights_.values + r), terms.gradient) : terms.gradient;
      hn::Store(hn::Div(gradient, hn::Set(d, divisor_)), d, outputs.values + r);
    }
  }

  /// After the last output: the rows' means, of as many rows as there is room for.
  void finish(std::span<float> row_losses, std::span<float> row_figures) {
    const LossLanes d;
    const auto count = hn::Set(d, static_cast<float>(loss_.outputs.size()));
    for (std::size_t r = 0; r < kLossRows; r += hn::Lanes(d)) {
      const auto loss = hn::Div(hn::Load(d, losses_.values + r), count);
      hn::Store(weighed_ ? hn::Mul(hn::Load(d, weights_.values + r), loss) : loss, d, losses_.values + r);
      hn::Store(hn::Div(hn::Load(d, figures_.values + r), count), d, figures_.values + r);
    }
    std::copy_n(losses_.values, row_losses.size(), row_losses.begin());
    std::copy_n(figures_.values, row_figures.size(), row_figures.begin());
  }

 private:
  const OutputLoss& loss_;
  float divisor_;
  bool weighed_;
  LossColumn weights_;
  LossColumn losses_;
  LossColumn figures_;
};

template <LossKind kind>
void loss_of(const OutputLoss& loss, MatrixView<const float> outputs, MatrixView<const float> targets,
             std::span<const float> row_weights, float divisor, MatrixView<float> diff_outputs,
             std::span<float> row_losses, std::span<float> row_figures) {
  for (std::size_t first = 0; first < outputs.rows(); first += kLossRows) {
    const std::size_t count = std::min(kLossRows, outputs.rows() - first);
    LossOfRows<kind> rows(loss, row_weights.empty() ? row_weights : row_weights.subspan(first, count), divisor);
    LossColumn values;
    LossColumn wanted;
    for (std::size_t o = 0; o < loss.outputs.size(); ++o) {
      values.take(outputs.rows(first, count), o);
      wanted.take(targets.rows(first, count), targets.columns() == 1 ? 0 : o);
      rows.add(o, values, wanted);
      if (diff_outputs.rows() != 0) {
        values.give(diff_outputs.rows(first, count), o);
      }
    }
    rows.finish(row_losses.subspan(first, count), row_figures.subspan(first, count));
  }
}

/// Computes the loss if it is the one of that number and has a rule; softmax's has none, as it runs along the outputs.
template <int number, class... Arguments>
bool computed_by_rule(const OutputLoss& loss, const Arguments&... arguments) {
  constexpr auto kKind = static_cast<LossKind>(number);
  if constexpr (requires { sizeof(LossRule<kKind>); }) {
    if (loss.kind == kKind) {
      loss_of<kKind>(loss, arguments...);
      return true;
    }
  }
  return false;
}

template <int... numbers, class... Arguments>
void by_any_rule(std::integer_sequence<int, numbers...>, const Arguments&... arguments) {
  [[maybe_unused]] const bool computed = (computed_by_rule<numbers>(arguments...) || ...);
  assert(computed);
}

void LossOfOutputs(const OutputLoss& loss, MatrixView<const float> outputs, MatrixView<const float> targets,
                   std::span<const float> row_weights, float divisor, MatrixView<float> diff_outputs,
                   std::span<float> row_losses, std::span<float> row_figures) {
  constexpr int kMostKinds = 32;  // numbers beyond the last kind have no rule
  by_any_rule(std::make_integer_sequence<int, kMostKinds>(), loss, outputs, targets, row_weights, divisor, diff_outputs,
              row_losses, row_figures);
}

/// Calls map(d, o, z) for the outputs of up to a vector of rows, and writes what it returns.
template <class Map>
void map_rows(MatrixView<const float> outputs, MatrixView<float> results, const Map& map) {
  const LossLanes d;
  LossColumn column;
  for (std::size_t first = 0; first < outputs.rows(); first += kLossRows) {
    const std::size_t count = std::min(kLossRows, outputs.rows() - first);
    for (std::size_t o = 0; o < outputs.columns(); ++o) {
      column.take(outputs.rows(first, count), o);
      for (std::size_t r = 0; r < kLossRows; r += hn::Lanes(d)) {
        hn::Store(map(d, o, hn::Load(d, column.values + r)), d, column.values + r);
      }
      column.give(results.rows(first, count), o);
    }
  }
}

void SigmoidRows(MatrixView<const float> outputs, MatrixView<float> probabilities) {
  map_rows(outputs, probabilities, [](LossLanes d, std::size_t, const auto& z) { return sigmoid(d, z); });
}

void RescaleRows(MatrixView<const float> outputs, std::span<const float> mean, std::span<const float> scale,
                 MatrixView<float> values) {
  map_rows(outputs, values, [&](LossLanes d, std::size_t o, const auto& z) {
    if (mean.empty()) {
      return z;
    }
    const std::size_t target = mean.size() == 1 ? 0 : o;
    return hn::MulAdd(z, hn::Set(d, scale[target]), hn::Set(d, mean[target]));
  });
}

}  // namespace strata::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace strata::kernels {

STRATA_EXPORT(LossOfOutputs);
STRATA_EXPORT(SigmoidRows);
STRATA_EXPORT(RescaleRows);

void output_loss(const OutputLoss& loss, MatrixView<const float> outputs, MatrixView<const float> targets,
                 std::span<const float> row_weights, float divisor, MatrixView<float> diff_outputs,
                 std::span<float> row_losses, std::span<float> row_figures) {
  assert(outputs.columns() == loss.outputs.size() && targets.rows() == outputs.rows());
  assert(targets.columns() == 1 || targets.columns() == outputs.columns());
  assert(row_losses.size() == outputs.rows() && row_figures.size() == outputs.rows());
  STRATA_DISPATCH(LossOfOutputs)
  (loss, outputs, targets, row_weights, divisor, diff_outputs, row_losses, row_figures);
}

void sigmoid_rows(MatrixView<const float> outputs, MatrixView<float> probabilities) {
  STRATA_DISPATCH(SigmoidRows)(outputs, probabilities);
}

void rescale_rows(MatrixView<const float> outputs, std::span<const float> mean, std::span<const float> scale,
                  MatrixView<float> values) {
  STRATA_DISPATCH(RescaleRows)(outputs, mean, scale, values);
}

}  // namespace strata::kernels
#endif
