// One update per optimizer, each written once over a vector of elements.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace strata::kernels {

/// The state quantities that an update reads and writes at most.
inline constexpr std::size_t kMaxStateSlots = 3;

/// Rules and their state slots in order. mean(x, s): x moves to s by one_minus_beta1 or, for squares, one_minus_beta2.
enum class UpdateRule {
  none,                             ///< frozen: nothing changes
  sgd,                              ///< w -= rate g
  sgd_keras,                        ///< v = momentum v - rate g; w += v
  nesterov_keras,                   ///< v = momentum v - rate g; w += momentum v - rate g
  sgd_torch,                        ///< b = momentum b + g; w -= rate b
  nesterov_torch,                   ///< b = momentum b + g; w -= rate (g + momentum b)
  adam,                             ///< m, v means of g, g^2; w -= rate m / (sqrt(v) + epsilon)
  amsgrad,                          ///< m, v likewise; h = max(h, v) in v's place
  nadam,                            ///< m, v likewise; mean_factor m + gradient_factor g in m's place
  adamax_keras,                     ///< m mean of g; u = max(beta2 u, |g|); w -= rate m / (u + epsilon)
  adamax_torch,                     ///< u = max(beta2 u, |g| + epsilon); w -= rate m / u
  rmsprop_keras,                    ///< v mean of g^2; w -= rate g / sqrt(v + epsilon)
  rmsprop_keras_momentum,           ///< v, b = momentum b + rate g / sqrt(v + epsilon); w -= b
  rmsprop_keras_centered,           ///< v, a mean of g: max(v - a^2, 0) in v's place
  rmsprop_keras_centered_momentum,  ///< v, a, b
  rmsprop_torch,                    ///< v mean of g^2; w -= rate g / (sqrt(v) + epsilon)
  rmsprop_torch_momentum,           ///< v, b = momentum b + g / (sqrt(v) + epsilon); w -= rate b
  rmsprop_torch_centered,           ///< v, a as above
  rmsprop_torch_centered_momentum,  ///< v, a, b
  adagrad_keras,                    ///< s += g^2; w -= rate g / sqrt(s + epsilon)
  adagrad_torch,                    ///< s += g^2; w -= rate g / (sqrt(s) + epsilon)
  adadelta,  ///< v mean of g^2; d = sqrt(a + epsilon) / sqrt(v + epsilon) g; a mean of d^2; w -= rate d
  lion,      ///< w -= rate sign(m moved to g by one_minus_beta1); m moves to g by one_minus_beta2
};
inline constexpr UpdateRule kLastRule = UpdateRule::lion;

/// What weight decay does, after clipping and before the rule.
enum class WeightDecay {
  none,
  decoupled,  ///< w -= decay w
  coupled,    ///< g += decay w
};

/// A rule with its scalars at one step, as fp32 (those that the rule does not name above are not read), and what
/// becomes of gradient and weight before it.
struct OptimizerUpdate {
  UpdateRule rule = UpdateRule::none;
  WeightDecay weight_decay = WeightDecay::none;
  float rate = 0;             ///< lr, times what corrects the bias of means
  float momentum = 0;         ///< sgd, rmsprop
  float one_minus_beta1 = 0;  ///< of the mean of gradients
  float one_minus_beta2 = 0;  ///< of the mean of squares
  float beta2 = 0;            ///< adamax
  float mean_factor = 0;      ///< nadam
  float gradient_factor = 0;  ///< nadam
  float epsilon = 0;          ///< where v's bias is corrected in rate: times what corrects it
  float decay = 0;            ///< decoupled: lr times the coefficient
  bool decay_bias = true;     ///< biases decay as weights do

  float gradient_scale = 1;  ///< the gradient is multiplied by it first: clipping by global norm
  float gradient_limit = std::numeric_limits<float>::infinity();  ///< then cut to ± this: clipping by value

  /// That of a layer's biases.
  OptimizerUpdate of_bias() const {
    OptimizerUpdate update = *this;
    update.weight_decay = decay_bias ? weight_decay : WeightDecay::none;
    return update;
  }
  bool clips() const { return gradient_scale != 1 || gradient_limit != std::numeric_limits<float>::infinity(); }
};

/// The update of `weights` for `gradient`, all spans of one length; a rule uses the first slots of `state`
/// that it needs, in the order above, and the others may be empty.
/// Order of operations: docs/numerics.md. Thread-safe on spans that do not overlap.
void apply_update(const OptimizerUpdate& update, std::span<float> weights, std::span<const float> gradient,
                  const std::array<std::span<float>, kMaxStateSlots>& state);

}  // namespace strata::kernels
