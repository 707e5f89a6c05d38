"""The training run in NumPy, float64: the formulas of docs/numerics.md, nothing else."""

import numpy as np

import problem


class Sgd:
    """SGD with momentum and Nesterov momentum, by either convention."""

    def __init__(self, convention, lr, momentum=0.0, nesterov=False):
        self.convention, self.lr, self.momentum, self.nesterov = convention, lr, momentum, nesterov
        self.buffer = None

    def update(self, w, g):
        lr, mu = self.lr, self.momentum
        before = np.zeros_like(w) if self.buffer is None else self.buffer
        if self.convention == "keras":
            v = self.buffer = mu * before - lr * g
            return w + (mu * v - lr * g if self.nesterov else v)
        b = self.buffer = mu * before + g
        return w - lr * (g + mu * b if self.nesterov else b)


class Adam:
    """Adam. The conventions place epsilon differently; Keras computes powers of beta and the rate in float32."""

    def __init__(self, convention, lr, beta1=0.9, beta2=0.999):
        self.convention, self.lr, self.beta1, self.beta2 = convention, lr, beta1, beta2
        self.m = self.v = 0.0
        self.t = 0

    def update(self, w, g):
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g * g
        if self.convention == "keras":
            return w - self.keras_rate() * self.m / (np.sqrt(self.v) + 1e-7)
        mean = self.m / (1 - self.beta1**self.t)
        square = self.v / (1 - self.beta2**self.t)
        return w - self.lr * mean / (np.sqrt(square) + 1e-8)

    def keras_rate(self):
        f32, one = np.float32, np.float32(1)
        power1, power2 = (f32(float(f32(beta)) ** self.t) for beta in (self.beta1, self.beta2))
        return float(f32(self.lr) * np.sqrt(one - power2) / (one - power1))


def make_optimizer(text, convention):
    name, values = problem.optimizer_values(text)
    return {"sgd": Sgd, "adam": Adam}[name](convention, **values)


def losses(batches, pair, convention):
    """The batches' mean cross-entropies before each update."""
    weights = [(weight.astype(np.float64), bias.astype(np.float64)) for weight, bias in problem.initial_weights()]
    optimizers = [[make_optimizer(text, convention) for _ in "wb"] for text in problem.layer_optimizers(pair)]
    result = []
    for features, labels in batches:
        outputs = [features.astype(np.float64)]
        for layer, (weight, bias) in enumerate(weights):
            z = outputs[-1] @ weight.T + bias
            hidden = layer + 1 < len(weights)
            outputs.append(np.where(z > 0, z, np.expm1(np.minimum(z, 0))) if hidden else z)

        rows = np.arange(len(labels))
        shifted = outputs[-1] - outputs[-1].max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        result.append(np.mean(log_sum - shifted[rows, labels]))

        gradient = np.exp(shifted - log_sum[:, None])
        gradient[rows, labels] -= 1
        gradient /= len(labels)
        for layer in reversed(range(len(weights))):
            weight, bias = weights[layer]
            weight_gradient, bias_gradient = gradient.T @ outputs[layer], gradient.sum(axis=0)
            if layer > 0:
                y = outputs[layer]
                gradient = (gradient @ weight) * np.where(y > 0, 1, y + 1)
            weights[layer] = (optimizers[layer][0].update(weight, weight_gradient),
                              optimizers[layer][1].update(bias, bias_gradient))
    return result
