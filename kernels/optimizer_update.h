// One update per optimizer, each written once over a vector of elements.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace strata::kernels {

/// The state quantities that an update reads and writes at most.
inline constexpr std::size_t kMaxStateSlots = 2;

enum class UpdateRule {
  none,            ///< frozen: nothing changes
  sgd,             ///< w -= lr g
  sgd_keras,       ///< v = momentum v - lr g; w += v
  nesterov_keras,  ///< v = momentum v - lr g; w += momentum v - lr g
  sgd_torch,       ///< b = momentum b + g; w -= lr b
  nesterov_torch,  ///< b = momentum b + g; w -= lr (g + momentum b)
  adam,            ///< m, v moments; w -= rate m / (sqrt(v) + epsilon)
};

/// A rule with its scalars at one step, as fp32, and what becomes of the gradient before the rule sees it.
struct OptimizerUpdate {
  UpdateRule rule = UpdateRule::none;
  float rate = 0;             ///< lr; adam: lr sqrt(1 - beta2^t) / (1 - beta1^t)
  float momentum = 0;         ///< sgd
  float one_minus_beta1 = 0;  ///< adam
  float one_minus_beta2 = 0;  ///< adam
  float epsilon = 0;          ///< adam; in PyTorch's convention epsilon sqrt(1 - beta2^t)

  float gradient_scale = 1;  ///< the gradient is multiplied by it first: clipping by global norm
  float gradient_limit = std::numeric_limits<float>::infinity();  ///< then cut to ± this: clipping by value

  bool clips() const { return gradient_scale != 1 || gradient_limit != std::numeric_limits<float>::infinity(); }
};

/// The update of `weights` for `gradient`, all spans of one length; a rule uses the first slots of `state`
/// that it needs (momentum: v or b; adam: m, v), and the others may be empty.
/// Order of operations: docs/numerics.md. Thread-safe on spans that do not overlap.
void apply_update(const OptimizerUpdate& update, std::span<float> weights, std::span<const float> gradient,
                  const std::array<std::span<float>, kMaxStateSlots>& state);

}  // namespace strata::kernels
