// The oracle: what every kernel computes, formula by formula in double precision, for tests and benchmarks.
// Nothing here is fast, and nothing is shared with the kernels but the names of the activations.
// Matrices are row-major vectors; a layer's weights are (outputs, inputs), the canonical form.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "kernels/activation.h"
#include "kernels/output_loss.h"

namespace strata::kernels::reference {

// ---- activations, of the value x before them ----

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

inline double activate(Activation activation, double x) {
  // Klambauer et al. 2017 (arXiv 1706.02515).
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  constexpr double kScale = 1.0507009873554804934193349852946;
  const double alpha = activation.alpha;
  switch (activation.kind) {
    case ActivationKind::elu:
      return x > 0 ? x : alpha * std::expm1(x);
    case ActivationKind::relu:
      return x > 0 ? x : 0;
    case ActivationKind::leaky_relu:
      return x > 0 ? x : alpha * x;
    case ActivationKind::selu:
      return kScale * (x > 0 ? x : kAlpha * std::expm1(x));
    case ActivationKind::gelu:
      return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
    case ActivationKind::swish:
      return x * sigmoid(x);
    case ActivationKind::tanh:
      return std::tanh(x);
    case ActivationKind::sigmoid:
      return sigmoid(x);
    case ActivationKind::softplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    case ActivationKind::linear:
      break;
  }
  return x;
}

/// d activate / dx; at a kink the value from the left.
inline double activation_derivative(Activation activation, double x) {
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  constexpr double kScale = 1.0507009873554804934193349852946;
  const double alpha = activation.alpha;
  const double s = sigmoid(x);
  switch (activation.kind) {
    case ActivationKind::elu:
      return x > 0 ? 1 : alpha * std::exp(x);
    case ActivationKind::relu:
      return x > 0 ? 1 : 0;
    case ActivationKind::leaky_relu:
      return x > 0 ? 1 : alpha;
    case ActivationKind::selu:
      return kScale * (x > 0 ? 1 : kAlpha * std::exp(x));
    case ActivationKind::gelu:
      return 0.5 * (1 + std::erf(x / std::numbers::sqrt2)) +
             x * std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    case ActivationKind::swish:
      return s + x * s * (1 - s);
    case ActivationKind::tanh:
      return 1 - std::tanh(x) * std::tanh(x);
    case ActivationKind::sigmoid:
      return s * (1 - s);
    case ActivationKind::softplus:
      return s;
    case ActivationKind::linear:
      break;
  }
  return 1;
}

// ---- dense layer ----

struct DenseLayer {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  Activation activation;
  std::vector<double> weights;  ///< (outputs, inputs)
  std::vector<double> bias;     ///< (outputs)
};

/// z(r, o) = bias[o] + sum_i src(r, i) weights(o, i), before the activation: (rows, outputs).
inline std::vector<double> dense_forward(const DenseLayer& layer, std::span<const double> src) {
  const std::size_t rows = src.size() / layer.inputs;
  std::vector<double> z(rows * layer.outputs);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      double sum = layer.bias[o];
      for (std::size_t i = 0; i < layer.inputs; ++i) {
        sum += src[r * layer.inputs + i] * layer.weights[o * layer.inputs + i];
      }
      z[r * layer.outputs + o] = sum;
    }
  }
  return z;
}

/// diff_src(r, i) = sum_o diff_z(r, o) weights(o, i).
inline std::vector<double> dense_backward_data(const DenseLayer& layer, std::span<const double> diff_z) {
  const std::size_t rows = diff_z.size() / layer.outputs;
  std::vector<double> diff_src(rows * layer.inputs);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      for (std::size_t i = 0; i < layer.inputs; ++i) {
        diff_src[r * layer.inputs + i] += diff_z[r * layer.outputs + o] * layer.weights[o * layer.inputs + i];
      }
    }
  }
  return diff_src;
}

struct DenseGradient {
  std::vector<double> weights;  ///< (outputs, inputs)
  std::vector<double> bias;     ///< (outputs)
};

/// weights(o, i) = sum_r diff_z(r, o) src(r, i); bias[o] = sum_r diff_z(r, o).
inline DenseGradient dense_backward_weights(const DenseLayer& layer, std::span<const double> src,
                                            std::span<const double> diff_z) {
  DenseGradient gradient{std::vector<double>(layer.weights.size()), std::vector<double>(layer.outputs)};
  for (std::size_t r = 0; r < diff_z.size() / layer.outputs; ++r) {
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      const double diff = diff_z[r * layer.outputs + o];
      gradient.bias[o] += diff;
      for (std::size_t i = 0; i < layer.inputs; ++i) {
        gradient.weights[o * layer.inputs + i] += diff * src[r * layer.inputs + i];
      }
    }
  }
  return gradient;
}

// ---- softmax and cross-entropy ----

/// What is trained beyond the plain cross-entropy.
struct LossOptions {
  double label_smoothing = 0;
  std::vector<double> class_weights;  ///< of each class; empty: 1
  /// PyTorch's convention: weights stand at the targets, and their sum over the rows' labels divides. Else Keras':
  /// the label's weight multiplies the row's loss, and the rows divide.
  bool divide_by_weights = false;

  std::vector<double> row_weights{};  ///< of each row, times that of its label; empty: 1

  double weight(std::size_t c) const { return class_weights.empty() ? 1 : class_weights[c]; }
  double row_weight(std::size_t r) const { return row_weights.empty() ? 1 : row_weights[r]; }
};

struct SoftmaxCrossEntropy {
  std::vector<double> row_losses;      ///< (rows): -log p_y, the natural logarithm; or what the options make of it
  std::vector<double> probabilities;   ///< (rows, classes)
  std::vector<double> diff_logits;     ///< (rows, classes): (p - [c = y]) / rows; or of the mean loss
  std::vector<std::size_t> predicted;  ///< (rows): the largest logit's class, the first of equals
  double divisor = 0;                  ///< of the mean loss: rows, or the sum of their weights
};

inline SoftmaxCrossEntropy softmax_cross_entropy(std::span<const double> logits, std::span<const std::uint32_t> labels,
                                                 const LossOptions& options = {}) {
  const std::size_t rows = labels.size();
  const std::size_t classes = logits.size() / rows;
  SoftmaxCrossEntropy result;
  for (std::size_t r = 0; r < rows; ++r) {
    result.divisor += options.divide_by_weights ? options.weight(labels[r]) * options.row_weight(r) : 1;
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const std::span<const double> z = logits.subspan(r * classes, classes);
    const auto largest = std::max_element(z.begin(), z.end());
    double sum = 0;
    for (const double logit : z) {
      sum += std::exp(logit - *largest);
    }
    result.predicted.push_back(static_cast<std::size_t>(largest - z.begin()));
    double loss = 0;
    double total = 0;
    std::vector<double> weighted_targets;
    for (std::size_t c = 0; c < classes; ++c) {
      const double target =
          (c == labels[r] ? 1 - options.label_smoothing : 0) + options.label_smoothing / static_cast<double>(classes);
      const double weight = options.weight(options.divide_by_weights ? c : labels[r]) * options.row_weight(r);
      weighted_targets.push_back(target * weight);
      total += weighted_targets[c];
      loss += weighted_targets[c] * (std::log(sum) - (z[c] - *largest));
    }
    result.row_losses.push_back(loss);
    for (std::size_t c = 0; c < classes; ++c) {
      const double p = std::exp(z[c] - *largest) / sum;
      result.probabilities.push_back(p);
      result.diff_logits.push_back((total * p - weighted_targets[c]) / result.divisor);
    }
  }
  return result;
}

// ---- losses that add up over outputs, of an output z and its target y ----

/// delta of huber, q of quantile.
inline double loss_of_output(LossKind kind, double constant, double z, double y) {
  const double e = z - y;
  switch (kind) {
    case LossKind::mse:
      return e * e;
    case LossKind::mae:
      return std::fabs(e);
    case LossKind::huber:
      return std::fabs(e) <= constant ? e * e / 2 : constant * std::fabs(e) - constant * constant / 2;
    case LossKind::quantile:
      return std::max(constant * (y - z), (constant - 1) * (y - z));
    case LossKind::binary_cross_entropy:
      return std::max(z, 0.0) - z * y + std::log1p(std::exp(-std::fabs(z)));
    case LossKind::softmax_cross_entropy:
      break;
  }
  return 0;
}

/// d loss_of_output / dz; 0 at a kink.
inline double loss_derivative(LossKind kind, double constant, double z, double y) {
  const double e = z - y;
  const double sign = e > 0 ? 1 : e < 0 ? -1 : 0;
  switch (kind) {
    case LossKind::mse:
      return 2 * e;
    case LossKind::mae:
      return sign;
    case LossKind::huber:
      return std::fabs(e) <= constant ? e : constant * sign;
    case LossKind::quantile:
      return e < 0 ? -constant : e > 0 ? 1 - constant : 0;
    case LossKind::binary_cross_entropy:
      return sigmoid(z) - y;
    case LossKind::softmax_cross_entropy:
      break;
  }
  return 0;
}

struct OutputLossOptions {
  LossKind kind = LossKind::mse;
  std::vector<double> constants{};    ///< of each output
  double label_smoothing = 0;         ///< of targets that are 0 or 1
  std::vector<double> row_weights{};  ///< of each row; empty: 1
  double divisor = 0;                 ///< of the sum of the rows' losses; 0: their number
};

/// What the rows of a batch add to its loss, and the gradient of the loss.
struct OutputGradient {
  std::vector<double> row_losses;    ///< (rows)
  std::vector<double> diff_outputs;  ///< (rows, outputs)
  double divisor = 0;                ///< of the sum of the rows' losses
};

/// outputs and targets (rows, constants.size()).
inline OutputGradient output_loss(std::span<const double> outputs, std::span<const double> targets,
                                  const OutputLossOptions& options) {
  const std::size_t count = options.constants.size();
  const std::size_t rows = outputs.size() / count;
  OutputGradient result;
  result.divisor = options.divisor > 0 ? options.divisor : static_cast<double>(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    const double weight = options.row_weights.empty() ? 1 : options.row_weights[r];
    double loss = 0;
    for (std::size_t o = 0; o < count; ++o) {
      const double z = outputs[r * count + o];
      const double y = targets[r * count + o] * (1 - options.label_smoothing) + options.label_smoothing / 2;
      loss += loss_of_output(options.kind, options.constants[o], z, y);
      result.diff_outputs.push_back(weight * loss_derivative(options.kind, options.constants[o], z, y) /
                                    (result.divisor * static_cast<double>(count)));
    }
    result.row_losses.push_back(weight * loss / static_cast<double>(count));
  }
  return result;
}

// ---- a whole network ----

/// Layers from the input to the outputs.
using Network = std::vector<DenseLayer>;

struct NetworkPass {
  std::vector<std::vector<double>> before_activation;  ///< of each layer: (rows, outputs)
  std::vector<double> row_losses;                      ///< (rows)
  std::vector<double> probabilities;                   ///< (rows, classes)
  double loss = 0;                                     ///< their mean
  std::size_t correct = 0;                             ///< rows whose predicted class is the label
  std::vector<DenseGradient> gradients;                ///< of each layer, of the mean loss
};

/// Of each hidden layer the factor of each row's units, (rows, outputs): 0 where dropped. Empty: no dropout.
using DropoutFactors = std::vector<std::vector<double>>;

/// The loss of a batch src (rows, inputs) and its gradient at every weight and bias; `loss` makes an OutputGradient of
/// the outputs.
template <class Loss>
NetworkPass forward_backward_of(const Network& network, std::span<const double> src, const Loss& loss,
                                const DropoutFactors& dropout = {}) {
  const auto drop = [&](std::size_t layer, std::vector<double>& values) {
    for (std::size_t i = 0; layer < dropout.size() && i < values.size(); ++i) {
      values[i] *= dropout[layer][i];
    }
  };
  NetworkPass pass;
  std::vector<std::vector<double>> inputs{{src.begin(), src.end()}};
  for (const DenseLayer& layer : network) {
    pass.before_activation.push_back(dense_forward(layer, inputs.back()));
    std::vector<double> dst = pass.before_activation.back();
    for (double& x : dst) {
      x = activate(layer.activation, x);
    }
    drop(inputs.size() - 1, dst);
    inputs.push_back(std::move(dst));
  }

  const OutputGradient output = loss(inputs.back());
  pass.row_losses = output.row_losses;
  for (const double row_loss : output.row_losses) {
    pass.loss += row_loss / output.divisor;
  }

  pass.gradients.resize(network.size());
  std::vector<double> diff = output.diff_outputs;
  for (std::size_t l = network.size(); l-- > 0;) {
    drop(l, diff);
    for (std::size_t i = 0; i < diff.size(); ++i) {
      diff[i] *= activation_derivative(network[l].activation, pass.before_activation[l][i]);
    }
    pass.gradients[l] = dense_backward_weights(network[l], inputs[l], diff);
    diff = dense_backward_data(network[l], diff);
  }
  return pass;
}

/// The same of softmax's cross-entropy.
inline NetworkPass forward_backward(const Network& network, std::span<const double> src,
                                    std::span<const std::uint32_t> labels, const LossOptions& options = {},
                                    const DropoutFactors& dropout = {}) {
  SoftmaxCrossEntropy output;
  const auto loss = [&](std::span<const double> logits) {
    output = softmax_cross_entropy(logits, labels, options);
    return OutputGradient{output.row_losses, output.diff_logits, output.divisor};
  };
  NetworkPass pass = forward_backward_of(network, src, loss, dropout);
  pass.probabilities = output.probabilities;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    pass.correct += output.predicted[r] == labels[r] ? 1 : 0;
  }
  return pass;
}

// ---- clipping ----

/// What `value` becomes within ± limit.
inline double clip_by_value(double value, double limit) { return std::clamp(value, -limit, limit); }

/// By what the gradients of all `trained` layers are multiplied so that their norm is at most `limit`.
/// keras/src/utils: clip_by_global_norm; torch/nn/utils/clip_grad.py
inline double clip_by_norm_factor(const std::vector<DenseGradient>& gradients, const std::vector<bool>& trained,
                                  double limit, bool torch) {
  double sum = 0;
  for (std::size_t l = 0; l < gradients.size(); ++l) {
    for (const std::vector<double>* values : {&gradients[l].weights, &gradients[l].bias}) {
      for (std::size_t i = 0; trained[l] && i < values->size(); ++i) {
        sum += (*values)[i] * (*values)[i];
      }
    }
  }
  const double norm = std::sqrt(sum);
  return torch ? std::min(1.0, limit / (norm + 1e-6)) : limit / std::max(norm, limit);
}

// ---- optimizers: one element's update number t, counted from 1, as the frameworks write it ----

/// w and the quantities that an optimizer keeps for it, zero before the first update.
struct OptimizedElement {
  double w = 0;
  double first = 0;
  double second = 0;
  double third = 0;
};

inline void sgd(OptimizedElement& x, double g, double lr) { x.w -= lr * g; }

/// keras/src/optimizers/sgd.py; first: velocity
inline void sgd_momentum_keras(OptimizedElement& x, double g, double lr, double momentum, bool nesterov) {
  x.first = momentum * x.first - lr * g;
  x.w += nesterov ? momentum * x.first - lr * g : x.first;
}

/// torch/optim/sgd.py, dampening 0; first: buffer
inline void sgd_momentum_torch(OptimizedElement& x, double g, double lr, double momentum, bool nesterov,
                               std::uint64_t t) {
  x.first = t == 1 ? g : momentum * x.first + g;
  x.w -= lr * (nesterov ? g + momentum * x.first : x.first);
}

struct RmspropConstants {
  double rho = 0;
  double momentum = 0;
  double epsilon = 0;
  bool centered = false;
};

/// keras/src/optimizers/rmsprop.py; velocity, average gradient, momentum
inline void rmsprop_keras(OptimizedElement& x, double g, double lr, const RmspropConstants& c) {
  x.first = c.rho * x.first + (1 - c.rho) * g * g;
  double denominator = x.first + c.epsilon;
  if (c.centered) {
    x.second = c.rho * x.second + (1 - c.rho) * g;
    denominator -= x.second * x.second;
  }
  const double increment = lr * g / std::sqrt(denominator);
  x.third = c.momentum * x.third + increment;
  x.w -= x.third;
}

/// torch/optim/rmsprop.py; square average, gradient average, buffer
inline void rmsprop_torch(OptimizedElement& x, double g, double lr, const RmspropConstants& c) {
  x.first = c.rho * x.first + (1 - c.rho) * g * g;
  double square = x.first;
  if (c.centered) {
    x.second += (1 - c.rho) * (g - x.second);
    square -= x.second * x.second;
  }
  x.third = c.momentum * x.third + g / (std::sqrt(square) + c.epsilon);
  x.w -= lr * x.third;
}

/// keras/src/optimizers/adagrad.py; first: accumulator
inline void adagrad_keras(OptimizedElement& x, double g, double lr, double initial, double epsilon, std::uint64_t t) {
  x.first = (t == 1 ? initial : x.first) + g * g;
  x.w -= lr * g / std::sqrt(x.first + epsilon);
}

/// torch/optim/adagrad.py, lr_decay 0; first: sum
inline void adagrad_torch(OptimizedElement& x, double g, double lr, double initial, double epsilon, std::uint64_t t) {
  x.first = (t == 1 ? initial : x.first) + g * g;
  x.w -= lr * g / (std::sqrt(x.first) + epsilon);
}

/// keras/src/optimizers/adadelta.py, and torch/optim/adadelta.py; accumulated gradients and steps
inline void adadelta(OptimizedElement& x, double g, double lr, double rho, double epsilon) {
  x.first = rho * x.first + (1 - rho) * g * g;
  const double step = std::sqrt(x.second + epsilon) * g / std::sqrt(x.first + epsilon);
  x.second = rho * x.second + (1 - rho) * step * step;
  x.w -= lr * step;
}

struct AdamConstants {
  double beta1 = 0;
  double beta2 = 0;
  double epsilon = 0;
  bool amsgrad = false;
};

/// keras/src/optimizers/adam.py; m, v, largest v
inline void adam_keras(OptimizedElement& x, double g, double lr, const AdamConstants& c, std::uint64_t t) {
  const double alpha = lr * std::sqrt(1 - std::pow(c.beta2, t)) / (1 - std::pow(c.beta1, t));
  x.first += (g - x.first) * (1 - c.beta1);
  x.second += (g * g - x.second) * (1 - c.beta2);
  x.third = std::max(x.third, x.second);
  x.w -= x.first * alpha / (std::sqrt(c.amsgrad ? x.third : x.second) + c.epsilon);
}

/// torch/optim/adam.py; m, v, largest v
inline void adam_torch(OptimizedElement& x, double g, double lr, const AdamConstants& c, std::uint64_t t) {
  x.first = c.beta1 * x.first + (1 - c.beta1) * g;
  x.second = c.beta2 * x.second + (1 - c.beta2) * g * g;
  x.third = std::max(x.third, x.second);
  const double m_hat = x.first / (1 - std::pow(c.beta1, t));
  const double v_hat = (c.amsgrad ? x.third : x.second) / (1 - std::pow(c.beta2, t));
  x.w -= lr * m_hat / (std::sqrt(v_hat) + c.epsilon);
}

/// keras/src/optimizers/adamax.py; m, u
inline void adamax_keras(OptimizedElement& x, double g, double lr, const AdamConstants& c, std::uint64_t t) {
  x.first += (g - x.first) * (1 - c.beta1);
  x.second = std::max(c.beta2 * x.second, std::fabs(g));
  x.w -= lr * x.first / ((1 - std::pow(c.beta1, t)) * (x.second + c.epsilon));
}

/// torch/optim/adamax.py; m, norm
inline void adamax_torch(OptimizedElement& x, double g, double lr, const AdamConstants& c, std::uint64_t t) {
  x.first = c.beta1 * x.first + (1 - c.beta1) * g;
  x.second = std::max(c.beta2 * x.second, std::fabs(g) + c.epsilon);
  x.w -= lr / (1 - std::pow(c.beta1, t)) * x.first / x.second;
}

/// keras/src/optimizers/nadam.py with momentum_decay 1, torch/optim/nadam.py with others; m, v, the product of mu
inline void nadam(OptimizedElement& x, double g, double lr, const AdamConstants& c, double momentum_decay,
                  std::uint64_t t) {
  const auto mu_at = [&](std::uint64_t i) {
    return c.beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(i) * momentum_decay));
  };
  const double mu = mu_at(t);
  const double mu_next = mu_at(t + 1);
  x.third = (t == 1 ? 1 : x.third) * mu;
  x.first += (g - x.first) * (1 - c.beta1);
  x.second += (g * g - x.second) * (1 - c.beta2);
  const double m_hat = mu_next * x.first / (1 - x.third * mu_next) + (1 - mu) * g / (1 - x.third);
  const double v_hat = x.second / (1 - std::pow(c.beta2, t));
  x.w -= lr * m_hat / (std::sqrt(v_hat) + c.epsilon);
}

/// Chen et al. 2023, algorithm 2; first: m
inline void lion(OptimizedElement& x, double g, double lr, double beta1, double beta2) {
  const double c = beta1 * x.first + (1 - beta1) * g;
  x.w -= lr * (c > 0 ? 1 : c < 0 ? -1 : 0);
  x.first = beta2 * x.first + (1 - beta2) * g;
}

// ---- standardisation ----

inline double standardise(double x, double mean, double scale) { return (x - mean) / scale; }

}  // namespace strata::kernels::reference
