"""The training run in NumPy, float64: the formulas of docs/numerics.md, nothing else."""

import numpy as np

import problem


class Optimizer:
    """One tensor's optimizer with its weight decay; a subclass's step says what is taken from w for the gradient g."""

    weight_decay = {"keras": 0.0, "torch": 0.0}
    decoupled = {"keras": True, "torch": False}

    def __init__(self, convention, lr=None, weight_decay=None, **constants):
        self.keras = convention == "keras"
        self.lr = self.rates[convention] if lr is None else lr
        self.decay = self.weight_decay[convention] if weight_decay is None else weight_decay
        self.decays_weights = self.decoupled[convention]
        self.t = 0
        self.state = {}
        for name, value in {**self.constants[convention], **constants}.items():
            setattr(self, name, value)

    def update(self, w, g):
        self.t += 1
        if self.decays_weights:
            w = w - self.lr * self.decay * w
        else:
            g = g + self.decay * w
        return w - self.step(g)

    def mean(self, name, decay, sample):
        """The exponential mean of `sample`, from 0."""
        self.state[name] = decay * self.state.get(name, 0.0) + (1 - decay) * sample
        return self.state[name]

    def keras_correction(self, beta):
        """1 - beta^t in float32, from beta in float32, as Keras computes it."""
        f32 = np.float32
        return f32(1) - f32(float(f32(beta)) ** self.t)


class Sgd(Optimizer):
    rates = {"keras": 0.01, "torch": 0.001}
    constants = dict.fromkeys(rates, {"momentum": 0.0, "nesterov": False})

    def step(self, g):
        mu = self.momentum
        before = self.state.get("buffer", np.zeros_like(g))
        if self.keras:
            v = self.state["buffer"] = mu * before - self.lr * g
            return -(mu * v - self.lr * g if self.nesterov else v)
        b = self.state["buffer"] = mu * before + g
        return self.lr * (g + mu * b if self.nesterov else b)


class RmsProp(Optimizer):
    rates = {"keras": 0.001, "torch": 0.01}
    constants = {"keras": {"rho": 0.9, "epsilon": 1e-7, "momentum": 0.0, "centered": False},
                 "torch": {"rho": 0.99, "epsilon": 1e-8, "momentum": 0.0, "centered": False}}

    def step(self, g):
        square = self.mean("square", self.rho, g * g)
        if self.centered:
            square = square - self.mean("gradient", self.rho, g) ** 2
        before = self.momentum * self.state.get("buffer", 0.0)
        if self.keras:
            self.state["buffer"] = before + self.lr * g / np.sqrt(square + self.epsilon)
            return self.state["buffer"]
        self.state["buffer"] = before + g / (np.sqrt(square) + self.epsilon)
        return self.lr * self.state["buffer"]


class Adagrad(Optimizer):
    rates = {"keras": 0.001, "torch": 0.01}
    constants = {"keras": {"initial_accumulator_value": 0.1, "epsilon": 1e-7},
                 "torch": {"initial_accumulator_value": 0.0, "epsilon": 1e-10}}

    def step(self, g):
        total = self.state["sum"] = self.state.get("sum", self.initial_accumulator_value) + g * g
        root = np.sqrt(total + self.epsilon) if self.keras else np.sqrt(total) + self.epsilon
        return self.lr * g / root


class Adadelta(Optimizer):
    rates = {"keras": 0.001, "torch": 1.0}
    constants = {"keras": {"rho": 0.95, "epsilon": 1e-7}, "torch": {"rho": 0.9, "epsilon": 1e-6}}

    def step(self, g):
        square = self.mean("square", self.rho, g * g)
        step = np.sqrt(self.state.get("steps", 0.0) + self.epsilon) / np.sqrt(square + self.epsilon) * g
        self.mean("steps", self.rho, step * step)
        return self.lr * step


class Adam(Optimizer):
    """The conventions place epsilon differently; Keras computes powers of beta and the rate in float32."""

    rates = {"keras": 0.001, "torch": 0.001}
    constants = {"keras": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7, "amsgrad": False},
                 "torch": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "amsgrad": False}}

    def step(self, g):
        m = self.mean("m", self.beta1, g)
        v = self.mean("v", self.beta2, g * g)
        if self.amsgrad:
            v = self.state["largest"] = np.maximum(self.state.get("largest", 0.0), v)
        if self.keras:
            rate = np.float32(self.lr) * np.sqrt(self.keras_correction(self.beta2)) / self.keras_correction(self.beta1)
            return float(rate) * m / (np.sqrt(v) + self.epsilon)
        m = m / (1 - self.beta1**self.t)
        v = v / (1 - self.beta2**self.t)
        return self.lr * m / (np.sqrt(v) + self.epsilon)


class AdamW(Adam):
    weight_decay = {"keras": 0.004, "torch": 0.01}
    decoupled = {"keras": True, "torch": True}


class Adamax(Optimizer):
    rates = {"keras": 0.001, "torch": 0.002}
    constants = {"keras": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
                 "torch": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}}

    def step(self, g):
        m = self.mean("m", self.beta1, g) / (1 - self.beta1**self.t)
        size = np.abs(g) if self.keras else np.abs(g) + self.epsilon
        u = self.state["u"] = np.maximum(self.beta2 * self.state.get("u", 0.0), size)
        return self.lr * m / (u + self.epsilon if self.keras else u)


class Nadam(Optimizer):
    """Keras takes 1 - beta2 and 1 - beta2^t in float32."""

    rates = {"keras": 0.001, "torch": 0.002}
    constants = {"keras": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7, "momentum_decay": 1.0},
                 "torch": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "momentum_decay": 0.004}}

    def step(self, g):
        mu, mu_next = (self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay)) for t in (self.t, self.t + 1))
        product = self.state["product"] = self.state.get("product", 1.0) * mu
        m = self.mean("m", self.beta1, g)
        beta2 = float(np.float32(self.beta2)) if self.keras else self.beta2
        v = self.mean("v", beta2, g * g)
        v = v / (float(self.keras_correction(beta2)) if self.keras else 1 - beta2**self.t)
        m = mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)
        return self.lr * m / (np.sqrt(v) + self.epsilon)


OPTIMIZERS = {"sgd": Sgd, "rmsprop": RmsProp, "adagrad": Adagrad, "adadelta": Adadelta, "adam": Adam, "adamw": AdamW,
              "adamax": Adamax, "nadam": Nadam}


def make_optimizer(text, convention):
    name, values = problem.optimizer_values(text)
    return OPTIMIZERS[name](convention, **values)


class Network:
    """What is trained: its initial weights, the hidden layers' activation, the loss, and how many layers are upper."""

    def __init__(self, weights, activation="elu", loss="softmax_cross_entropy", upper_layers=problem.UPPER_LAYERS):
        self.weights, self.upper_layers = weights, upper_layers
        self.activation, self.slope = ACTIVATIONS[activation]
        self.loss = LOSSES[loss]


# Of z, and of its slope from y.
ACTIVATIONS = {"elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda y: np.where(y > 0, 1, y + 1)),
               "tanh": (np.tanh, lambda y: 1 - y * y)}


# Of outputs z and targets: the batch's mean loss, and its gradient at z.


def softmax_cross_entropy(z, classes):
    rows = np.arange(len(classes))
    shifted = z - z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    gradient = np.exp(shifted - log_sum[:, None])
    gradient[rows, classes] -= 1
    return np.mean(log_sum - shifted[rows, classes]), gradient / len(classes)


def binary_cross_entropy(z, y):
    return np.mean(np.logaddexp(0, z) - y * z), (1 / (1 + np.exp(-z)) - y) / z.size


def mse(z, y):
    return np.mean(np.square(z - y)), 2 * (z - y) / z.size


LOSSES = {"softmax_cross_entropy": softmax_cross_entropy, "binary_cross_entropy": binary_cross_entropy, "mse": mse}


def losses(batches, pair, convention, network=None):
    """The batches' mean losses before each update; without a network those of problem.py's."""
    network = network or Network(problem.initial_weights())
    weights = [(weight.astype(np.float64), bias.astype(np.float64)) for weight, bias in network.weights]
    texts = [pair[0]] * (len(weights) - network.upper_layers) + [pair[1]] * network.upper_layers
    optimizers = [[make_optimizer(text, convention) for _ in "wb"] for text in texts]
    result = []
    for features, targets in batches:
        outputs = [features.astype(np.float64)]
        for layer, (weight, bias) in enumerate(weights):
            z = outputs[-1] @ weight.T + bias
            outputs.append(network.activation(z) if layer + 1 < len(weights) else z)

        loss, gradient = network.loss(outputs[-1], targets)
        result.append(loss)
        for layer in reversed(range(len(weights))):
            weight, bias = weights[layer]
            weight_gradient, bias_gradient = gradient.T @ outputs[layer], gradient.sum(axis=0)
            if layer > 0:
                gradient = (gradient @ weight) * network.slope(outputs[layer])
            weights[layer] = (optimizers[layer][0].update(weight, weight_gradient),
                              optimizers[layer][1].update(bias, bias_gradient))
    return result
