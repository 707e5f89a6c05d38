// Training steps in docs/numerics.md's order of sums, one float at a time with std::fma: what the panels engine must
// equal bit for bit, whatever its threads, vectors and plan. Denormals must be flushed: kernels/denormals.h.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "tests/engine/small_problem.h"
#include "tests/oracle/scalar_dropout.h"
#include "tests/oracle/scalar_elementary.h"
#include "tests/oracle/scalar_update.h"

namespace strata::test::scalar {

/// The normal distribution function.
inline float phi(float z) { return 0.5F * (1.0F + erf(z * 0.70710678F)); }

inline float activate(Activation activation, float z) {
  using kernels::ActivationKind;
  switch (activation.kind) {
    case ActivationKind::elu:
      return z > 0 ? z : activation.alpha * expm1(z);
    case ActivationKind::relu:
      return z > 0 ? z : 0.0F;
    case ActivationKind::leaky_relu:
      return z > 0 ? z : activation.alpha * z;
    case ActivationKind::selu:
      return kernels::kSeluScale * (z > 0 ? z : kernels::kSeluAlpha * expm1(z));
    case ActivationKind::gelu:
      return z * phi(z);
    case ActivationKind::swish:
      return z * sigmoid(z);
    case ActivationKind::tanh:
      return tanh(z);
    case ActivationKind::sigmoid:
      return sigmoid(z);
    case ActivationKind::softplus:
      return softplus(z);
    case ActivationKind::linear:
      break;
  }
  return z;
}

/// At z, where the activation gave y.
inline float derivative(Activation activation, float z, float y) {
  using kernels::ActivationKind;
  switch (activation.kind) {
    case ActivationKind::elu:
      return y > 0 ? 1.0F : y + activation.alpha;
    case ActivationKind::relu:
      return y > 0 ? 1.0F : 0.0F;
    case ActivationKind::leaky_relu:
      return y > 0 ? 1.0F : activation.alpha;
    case ActivationKind::selu:
      return y > 0 ? kernels::kSeluScale : y + kernels::kSeluScale * kernels::kSeluAlpha;
    case ActivationKind::gelu:
      return std::fma(z, 0.39894228F * exp(-0.5F * (z * z)), phi(z));
    case ActivationKind::swish: {
      const float s = sigmoid(z);
      return s * std::fma(z, 1.0F - s, 1.0F);
    }
    case ActivationKind::tanh:
      return std::fma(-y, y, 1.0F);
    case ActivationKind::sigmoid:
      return y * (1.0F - y);
    case ActivationKind::softplus:
      return -expm1(-y);
    case ActivationKind::linear:
      break;
  }
  return 1.0F;
}

/// The order of sums: docs/numerics.md's, or another one, which must give other bits.
struct Order {
  std::size_t row_block = 64;     ///< rows of a chain of a weight gradient
  bool tree = true;               ///< else blocks are added one after the other
  bool ascending_inputs = true;   ///< of forward's chains
  bool ascending_outputs = true;  ///< of backward data's chains
  bool fused = true;              ///< else forward's products are rounded before they are added
};

/// Sums the terms first … last - 1: chain(first, last) sums those of one block, `order` says how blocks are added.
template <class Chain>
auto sum_blocks(const Order& order, std::size_t first, std::size_t last, const Chain& chain) {
  const std::size_t size = order.row_block;
  if (last - first <= size) {
    return chain(first, last);
  }
  const std::size_t blocks = (last - first + size - 1) / size;
  const std::size_t middle = first + (order.tree ? std::bit_floor(blocks - 1) : blocks - 1) * size;
  const auto left = sum_blocks(order, first, middle, chain);
  return left + sum_blocks(order, middle, last, chain);
}

/// The whole network with its optimizers' state. Matrices are row-major vectors of one row a sample.
class Trainer {
 public:
  Trainer(const SmallProblem& problem, EnginePlan plan, const Order& order = {})
      : problem_(problem),
        plan_(std::move(plan)),
        order_(order),
        trained_(plan_.trained_layers()),
        layers_(problem.initial.layers()) {
    for (const float w : problem.initial.values()) {
      elements_.push_back({w, {}});
    }
    const OptimizerState state = initial_state(layers_, plan_.groups);
    slots_ = state.slots.size();
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      for (std::size_t i = 0; i < elements_.size(); ++i) {
        elements_[i].state[slot] = state.slots[slot].values()[i];
      }
    }
    for (const LayerSpec& layer : layers_) {
      offsets_.push_back(offsets_.empty() ? 0 : offsets_.back() + previous_parameters_);
      previous_parameters_ = layer.parameters();
    }
  }

  LossSums step(std::span<const std::uint32_t> rows, std::span<const kernels::OptimizerUpdate> updates,
                std::uint64_t t) {
    draw_masks(rows.size(), t);
    forward(rows);
    const LossSums sums = loss(rows, plan_.loss);
    std::vector<float> diff = output_gradient(rows, sums.weight);
    std::vector<std::vector<float>> gradients(layers_.size());
    for (std::size_t l = layers_.size(); l-- > 0;) {
      gradients[l] = layer_gradient(l, diff);
      diff = l > 0 ? backward(l, diff) : std::vector<float>();
    }
    const float scale = plan_.clip_norm ? clip_scale(gradients) : 1.0F;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      kernels::OptimizerUpdate scaled = updates[group_of(l)];
      scaled.gradient_scale = scale;
      for (std::size_t i = 0; i < gradients[l].size(); ++i) {
        update(scaled, gradients[l][i], elements_[offsets_[l] + i]);
      }
    }
    return sums;
  }

  LossSums evaluate(std::span<const std::uint32_t> rows) {
    factors_.assign(layers_.size(), {});
    forward(rows);
    return loss(rows, {});
  }

  /// In the canonical order.
  std::vector<float> weights() const {
    std::vector<float> values;
    for (const Element<float>& x : elements_) {
      values.push_back(x.w);
    }
    return values;
  }

  /// Likewise each quantity of the optimizers' state.
  std::vector<std::vector<float>> state() const {
    std::vector<std::vector<float>> slots(slots_);
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      for (const Element<float>& x : elements_) {
        slots[slot].push_back(x.state[slot]);
      }
    }
    return slots;
  }

 private:
  std::size_t group_of(std::size_t layer) const {
    std::size_t g = 0;
    while (layer > plan_.groups[g].last) {
      ++g;
    }
    return g;
  }

  Element<float>& weight(std::size_t l, std::size_t o, std::size_t i) {
    return elements_[offsets_[l] + o * layers_[l].inputs + i];
  }
  Element<float>& bias(std::size_t l, std::size_t o) {
    return elements_[offsets_[l] + layers_[l].inputs * layers_[l].outputs + o];
  }

  void draw_masks(std::size_t rows, std::uint64_t t) {
    factors_.assign(layers_.size(), {});
    for (std::size_t l = 0; l < plan_.dropout.size(); ++l) {
      const auto mask = kernels::dropout_mask(plan_.dropout[l], plan_.seed, l, t);
      for (std::size_t r = 0; r < rows && plan_.dropout[l] > 0; ++r) {
        for (std::size_t u = 0; u < layers_[l].outputs; ++u) {
          factors_[l].push_back(dropout_factor(mask, r, u));
        }
      }
    }
  }

  /// `value`, of row and unit `at` of layer l, as dropout leaves it.
  float dropped(std::size_t l, std::size_t at, float value) const {
    return factors_[l].empty() ? value : factors_[l][at] == 0 ? 0.0F : factors_[l][at] * value;
  }

  void forward(std::span<const std::uint32_t> rows) {
    const auto factor = problem_.scaler.pixel_factor();
    const auto offset = problem_.scaler.pixel_offset();
    values_.assign(1, {});
    inputs_.assign(1, {});
    outputs_.assign(1, {});
    for (const std::uint32_t row : rows) {
      for (std::size_t f = 0; f < problem_.model.inputs; ++f) {
        const float x = problem_.feature(row, f);
        const double exact = (double{x} - problem_.scaler.mean[f]) / problem_.scaler.scale[f];
        values_[0].push_back(problem_.values.empty() ? std::fma(x, factor[f], offset[f]) : static_cast<float>(exact));
      }
    }
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerSpec& layer = layers_[l];
      std::vector<float> before;
      std::vector<float> after;
      std::vector<float> remaining;
      for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t o = 0; o < layer.outputs; ++o) {
          float sum = bias(l, o).w;
          for (std::size_t k = 0; k < layer.inputs; ++k) {
            const std::size_t i = order_.ascending_inputs ? k : layer.inputs - 1 - k;
            const float x = values_[l][r * layer.inputs + i];
            const float w = weight(l, o, i).w;
            sum = order_.fused ? std::fma(x, w, sum) : x * w + sum;
          }
          before.push_back(sum);
          after.push_back(activate(layer.activation, sum));
          remaining.push_back(dropped(l, remaining.size(), after.back()));
        }
      }
      inputs_.push_back(std::move(before));
      outputs_.push_back(std::move(after));
      values_.push_back(std::move(remaining));
    }
  }

  /// A row of logits as softmax sees it.
  struct SoftmaxRow {
    float maximum;
    std::size_t argmax;
    std::vector<float> exponentials;
    float sum;
  };

  SoftmaxRow softmax_row(std::size_t r) const {
    const std::size_t classes = problem_.model.outputs;
    const float* z = values_.back().data() + r * classes;
    SoftmaxRow row{z[0], 0, {}, 0};
    for (std::size_t c = 1; c < classes; ++c) {
      if (z[c] > row.maximum) {
        row.maximum = z[c];
        row.argmax = c;
      }
    }
    for (std::size_t c = 0; c < classes; ++c) {
      row.exponentials.push_back(exp(z[c] - row.maximum));
      row.sum += row.exponentials[c];
    }
    return row;
  }

  /// The target of class c in a row of label y, and those targets' sum, as `loss` has them; each rounded once.
  float target(const TrainingLoss& loss, std::size_t c, std::size_t y) const {
    const double everywhere = loss.label_smoothing / static_cast<double>(problem_.model.outputs);
    const double target = c == y ? 1 - loss.label_smoothing + everywhere : everywhere;
    return static_cast<float>((weighs_targets(loss) ? loss.class_weights[c] : 1) * target);
  }
  float target_sum(const TrainingLoss& loss, std::size_t y) const {
    if (!weighs_targets(loss)) {
      return 1.0F;
    }
    double weights = 0;
    for (const double weight : loss.class_weights) {
      weights += weight;
    }
    const double everywhere = loss.label_smoothing / static_cast<double>(problem_.model.outputs);
    return static_cast<float>(loss.class_weights[y] * (1 - loss.label_smoothing) + everywhere * weights);
  }
  float row_weight(const TrainingLoss& loss, std::uint32_t row) const {
    const std::uint32_t y = problem_.labels[row];
    const float of_class =
        loss.class_weights.empty() || weighs_targets(loss) ? 1.0F : static_cast<float>(loss.class_weights[y]);
    return loss.weigh_rows ? of_class * problem_.row_weights[row] : of_class;
  }
  /// What the row adds to the sum that divides.
  double divisor(const TrainingLoss& loss, std::uint32_t row) const {
    if (loss.convention == Convention::keras) {
      return 1;
    }
    const double of_class = loss.class_weights.empty() ? 1 : loss.class_weights[problem_.labels[row]];
    return loss.weigh_rows ? of_class * double{problem_.row_weights[row]} : of_class;
  }
  static bool weighs_targets(const TrainingLoss& loss) {
    return !loss.class_weights.empty() && loss.convention == Convention::torch;
  }

  // ---- losses that add up over outputs ----

  bool is_softmax() const { return plan_.task.objective.kind == ObjectiveKind::softmax_cross_entropy; }

  /// As it is trained, but for smoothing.
  float scaled_target(std::uint32_t row, std::size_t o) const {
    if (problem_.targets.empty()) {
      return static_cast<float>(problem_.labels[row]);
    }
    const std::size_t t = problem_.target_columns == 1 ? 0 : o;
    const float y = problem_.targets[row * problem_.target_columns + t];
    const TargetScaler& scaler = plan_.task.scaler;
    return scaler.empty() ? y : static_cast<float>((double{y} - scaler.mean[t]) / scaler.scale[t]);
  }

  /// An output's loss, quick figure and gradient.
  struct OutputTerms {
    float loss;
    float figure;
    float gradient;
  };

  OutputTerms output_terms(const TrainingLoss& terms, std::size_t r, std::uint32_t row, std::size_t o) const {
    const Objective& objective = plan_.task.objective;
    const float z = values_.back()[r * problem_.model.outputs + o];
    const float y = scaled_target(row, o);
    const float e = z - y;
    const float size = std::fabs(e);
    const float sign = e > 0 ? 1.0F : e < 0 ? -1.0F : 0.0F;
    const TargetScaler& scaler = plan_.task.scaler;
    const float figure = scaler.empty() ? size : size * scaler.scale[scaler.scale.size() == 1 ? 0 : o];
    switch (objective.kind) {
      case ObjectiveKind::mse:
        return {e * e, figure, e + e};
      case ObjectiveKind::mae:
        return {size, figure, sign};
      case ObjectiveKind::huber: {
        const auto delta = static_cast<float>(objective.delta);
        const auto half = static_cast<float>(objective.delta * objective.delta / 2);
        return size <= delta ? OutputTerms{0.5F * (e * e), figure, e}
                             : OutputTerms{delta * size - half, figure, sign * delta};
      }
      case ObjectiveKind::quantile: {
        const double q = objective.quantiles[objective.quantiles.size() == 1 ? 0 : o];
        const auto slope = static_cast<float>(e < 0 ? q : 1 - q);
        return {slope * size, figure, sign * slope};
      }
      case ObjectiveKind::binary_cross_entropy: {
        const double smoothing = terms.label_smoothing;
        const auto target = static_cast<float>(y > 0.5F ? 1 - smoothing / 2 : smoothing / 2);
        const float p = sigmoid(z);
        const bool right = (p > static_cast<float>(plan_.task.threshold)) == (y > 0.5F);
        return {(std::max(z, 0.0F) - z * target) + log1p_of_fraction(exp(-std::fabs(z))), right ? 1.0F : 0.0F,
                p - target};
      }
      case ObjectiveKind::softmax_cross_entropy:
        break;
    }
    return {};
  }

  float output_row_weight(const TrainingLoss& terms, std::uint32_t row) const {
    const float of_class =
        terms.class_weights.empty() ? 1.0F : static_cast<float>(terms.class_weights[problem_.labels[row]]);
    return terms.weigh_rows ? of_class * problem_.row_weights[row] : of_class;
  }

  double output_divisor(const TrainingLoss& terms, std::uint32_t row) const {
    const ObjectiveKind kind = plan_.task.objective.kind;
    const bool by_weights = terms.convention == Convention::torch && terms.weigh_rows &&
                            (kind == ObjectiveKind::mse || kind == ObjectiveKind::mae);
    return by_weights ? double{problem_.row_weights[row]} : 1;
  }

  LossSums output_loss(std::span<const std::uint32_t> rows, const TrainingLoss& terms) const {
    LossSums sums;
    std::vector<float> losses;
    std::vector<float> figures;
    const auto outputs = static_cast<float>(problem_.model.outputs);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      OutputTerms row{};
      for (std::size_t o = 0; o < problem_.model.outputs; ++o) {
        const OutputTerms more = output_terms(terms, r, rows[r], o);
        row.loss += more.loss;
        row.figure += more.figure;
      }
      losses.push_back(output_row_weight(terms, rows[r]) * (row.loss / outputs));
      figures.push_back(row.figure / outputs);
      sums.weight += output_divisor(terms, rows[r]);
    }
    sums.loss = sum_of(losses);
    sums.figure = sum_of(figures);
    return sums;
  }

  std::vector<float> output_loss_gradient(std::span<const std::uint32_t> rows, double weight) const {
    std::vector<float> diff;
    const auto divisor = static_cast<float>(weight * static_cast<double>(problem_.model.outputs));
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t o = 0; o < problem_.model.outputs; ++o) {
        const float gradient = output_terms(plan_.loss, r, rows[r], o).gradient;
        diff.push_back(output_row_weight(plan_.loss, rows[r]) * gradient / divisor);
      }
    }
    return diff;
  }

  double sum_of(const std::vector<float>& values) const {
    return sum_blocks(order_, 0, values.size(), [&](std::size_t first, std::size_t last) {
      double sum = 0;
      for (std::size_t r = first; r < last; ++r) {
        sum += values[r];
      }
      return sum;
    });
  }

  LossSums loss(std::span<const std::uint32_t> rows, const TrainingLoss& terms) const {
    if (!is_softmax()) {
      return output_loss(rows, terms);
    }
    LossSums sums;
    std::vector<float> losses;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const std::uint32_t label = problem_.labels[rows[r]];
      const SoftmaxRow row = softmax_row(r);
      float margin = 0;
      for (std::size_t c = 0; c < problem_.model.outputs; ++c) {
        const float below = values_.back()[r * problem_.model.outputs + c] - row.maximum;
        margin = std::fma(target(terms, c, label), below, margin);
      }
      losses.push_back(row_weight(terms, rows[r]) * (target_sum(terms, label) * log(row.sum) - margin));
      sums.weight += divisor(terms, rows[r]);
      sums.figure += row.argmax == label ? 1.0 : 0.0;
    }
    sums.loss = sum_of(losses);
    return sums;
  }

  std::vector<float> output_gradient(std::span<const std::uint32_t> rows, double weight) const {
    if (!is_softmax()) {
      return output_loss_gradient(rows, weight);
    }
    const auto batch_divisor = static_cast<float>(weight);
    std::vector<float> diff;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const SoftmaxRow row = softmax_row(r);
      for (std::size_t c = 0; c < row.exponentials.size(); ++c) {
        const std::uint32_t label = problem_.labels[rows[r]];
        const float p = row.exponentials[c] / row.sum;
        const float difference = target_sum(plan_.loss, label) * p - target(plan_.loss, c, label);
        diff.push_back(row_weight(plan_.loss, rows[r]) * difference / batch_divisor);
      }
    }
    return diff;
  }

  /// The gradient before layer l - 1's activation.
  std::vector<float> backward(std::size_t l, const std::vector<float>& diff) {
    const LayerSpec& layer = layers_[l];
    std::vector<float> below;
    for (std::size_t r = 0; r < diff.size() / layer.outputs; ++r) {
      for (std::size_t i = 0; i < layer.inputs; ++i) {
        float sum = 0;
        for (std::size_t k = 0; k < layer.outputs; ++k) {
          const std::size_t o = order_.ascending_outputs ? k : layer.outputs - 1 - k;
          sum = std::fma(diff[r * layer.outputs + o], weight(l, o, i).w, sum);
        }
        const std::size_t at = below.size();
        const float remaining = dropped(l - 1, at, sum);
        below.push_back(remaining * derivative(layers_[l - 1].activation, inputs_[l][at], outputs_[l][at]));
      }
    }
    return below;
  }

  /// Of a layer's weights and biases, in the canonical order.
  std::vector<float> layer_gradient(std::size_t l, const std::vector<float>& diff) const {
    const LayerSpec& layer = layers_[l];
    const std::size_t rows = diff.size() / layer.outputs;
    std::vector<float> gradient;
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      for (std::size_t i = 0; i < layer.inputs; ++i) {
        gradient.push_back(sum_blocks(order_, 0, rows, [&](std::size_t first, std::size_t last) {
          float sum = 0;
          for (std::size_t r = first; r < last; ++r) {
            sum = std::fma(values_[l][r * layer.inputs + i], diff[r * layer.outputs + o], sum);
          }
          return sum;
        }));
      }
    }
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      gradient.push_back(sum_blocks(order_, 0, rows, [&](std::size_t first, std::size_t last) {
        float sum = 0;
        for (std::size_t r = first; r < last; ++r) {
          sum += diff[r * layer.outputs + o];
        }
        return sum;
      }));
    }
    return gradient;
  }

  /// The factor that clips the norm of all trained layers' gradients.
  float clip_scale(const std::vector<std::vector<float>>& gradients) const {
    double all = 0;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerSpec& layer = layers_[l];
      double of_layer = 0;
      for (std::size_t o = 0; trained_[l] && o < layer.outputs; ++o) {
        double of_output = 0;
        for (std::size_t i = 0; i < layer.inputs; ++i) {
          const double g = gradients[l][o * layer.inputs + i];
          of_output += g * g;
        }
        const double g = gradients[l][layer.inputs * layer.outputs + o];
        of_layer += of_output + g * g;
      }
      all += of_layer;
    }
    const double norm = std::sqrt(all);
    const double limit = plan_.clip_norm->limit;
    return static_cast<float>(plan_.clip_norm->convention == Convention::keras
                                  ? (norm > limit ? limit / norm : 1.0)
                                  : (norm + 1e-6 > limit ? limit / (norm + 1e-6) : 1.0));
  }

  const SmallProblem& problem_;
  EnginePlan plan_;
  Order order_;
  std::vector<bool> trained_;
  std::vector<LayerSpec> layers_;
  std::vector<Element<float>> elements_;  ///< in the canonical order
  std::size_t slots_ = 0;                 ///< of their state that are in use
  std::vector<std::size_t> offsets_;      ///< of each layer's weights in elements_
  std::size_t previous_parameters_ = 0;
  std::vector<std::vector<float>> factors_;  ///< what each layer's units are multiplied by; empty: no dropout
  std::vector<std::vector<float>> values_;   ///< the batch, then what each layer hands to the next
  std::vector<std::vector<float>> inputs_;   ///< what each layer's activation was given, from 1
  std::vector<std::vector<float>> outputs_;  ///< what it made of that, from 1
};

}  // namespace strata::test::scalar
