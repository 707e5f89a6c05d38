"""JAX: a step compiled alone, or a whole epoch as one compiled scan. JAX has no optimizers: Adam is written out."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np

ACTIVATIONS = {"elu": jax.nn.elu, "tanh": jnp.tanh}


def softmax_cross_entropy(z, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))


def binary_cross_entropy(z, y):
    return jnp.mean(jnp.logaddexp(0, z) - y * z)


def mse(z, y):
    return jnp.mean(jnp.square(z - y))


LOSSES = {"softmax_cross_entropy": softmax_cross_entropy, "binary_cross_entropy": binary_cross_entropy, "mse": mse}


class Base:
    CONVENTION = "keras"
    WHOLE_EPOCHS = False

    def __init__(self, task, data, batch):
        self.task = task
        self.features = jnp.asarray(data.features[:data.train_rows])
        self.targets = jnp.asarray(data.targets[:data.train_rows])
        self.held_out = jnp.asarray(data.held_out_features)
        self.activation, self.loss = ACTIVATIONS[task.activation], LOSSES[task.loss]
        self.lower_layers = task.layers - task.upper_layers
        self.held_out_logits = jax.jit(self.logits)
        self.restart()

    def logits(self, weights, x):
        for weight, bias in weights[:-1]:
            x = self.activation(x @ weight + bias)
        weight, bias = weights[-1]
        return x @ weight + bias

    def mean_loss(self, weights, x, y):
        return self.loss(self.logits(weights, x), y)

    def step(self, state, features, targets, rows):
        """One update of (weights, first moments, second moments, t) and the loss before it."""
        x, y = (features[rows], targets[rows]) if rows.size else (features, targets)
        weights, first, second, t = state
        loss, gradients = jax.value_and_grad(self.mean_loss)(weights, x, y)
        lower = self.lower_layers
        below = jax.tree.map(lambda w, g: w - self.task.lower_rate * g, weights[:lower], gradients[:lower])
        t = t + 1
        rate = self.task.upper_rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        first = jax.tree.map(lambda m, g: m + 0.1 * (g - m), first, gradients[lower:])
        second = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), second, gradients[lower:])
        above = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights[lower:], first, second)
        return (below + above, first, second, t), loss

    def restart(self):
        weights = [(jnp.array(weight.T), jnp.array(bias)) for weight, bias in self.task.initial_weights()]
        zeros = jax.tree.map(jnp.zeros_like, weights[self.lower_layers:])
        self.state = (weights, zeros, jax.tree.map(jnp.zeros_like, zeros), jnp.float32(0))

    def prepare(self, rows):
        return rows

    def predicted(self):
        return self.task.predicted(np.asarray(self.held_out_logits(self.state[0], self.held_out)))


class Jit(Base):
    def __init__(self, task, data, batch):
        super().__init__(task, data, batch)
        self.compiled = jax.jit(self.step, donate_argnums=0)

    def train(self, prepared):
        losses = []
        for rows in prepared:
            self.state, loss = self.compiled(self.state, self.features, self.targets, rows)
            losses.append(loss)
        jax.block_until_ready((self.state, losses))
        return losses


class Scan(Base):
    WHOLE_EPOCHS = True

    def __init__(self, task, data, batch):
        super().__init__(task, data, batch)
        self.compiled = jax.jit(self.epoch, donate_argnums=0)

    def epoch(self, state, features, targets, rows):
        return jax.lax.scan(lambda carry, batch: self.step(carry, features, targets, batch), state, rows)

    def train(self, prepared):
        self.state, losses = self.compiled(self.state, self.features, self.targets, prepared)
        jax.block_until_ready((self.state, losses))
        return losses
