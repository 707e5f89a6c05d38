"""JAX: a step compiled alone, or a whole epoch as one compiled scan. JAX has no optimizers: Adam is written out."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np

import task


def logits(weights, x):
    for weight, bias in weights[:-1]:
        x = jax.nn.elu(x @ weight + bias)
    weight, bias = weights[-1]
    return x @ weight + bias


def mean_loss(weights, x, y):
    log_p = jax.nn.log_softmax(logits(weights, x))
    return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], axis=1))


def step(state, x, y):
    """One update of (weights, first moments, second moments, t) and the loss before it."""
    weights, first, second, t = state
    loss, gradients = jax.value_and_grad(mean_loss)(weights, x, y)
    lower = task.LAYERS - task.UPPER_LAYERS
    below = jax.tree.map(lambda w, g: w - task.LOWER_RATE * g, weights[:lower], gradients[:lower])
    t = t + 1
    rate = task.UPPER_RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    first = jax.tree.map(lambda m, g: m + 0.1 * (g - m), first, gradients[lower:])
    second = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), second, gradients[lower:])
    above = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights[lower:], first, second)
    return (below + above, first, second, t), loss


def step_of_rows(state, features, labels, rows):
    return step(state, features[rows], labels[rows])


def epoch(state, features, labels, rows):
    return jax.lax.scan(lambda carry, batch: step_of_rows(carry, features, labels, batch), state, rows)


class Base:
    CONVENTION = "keras"
    WHOLE_EPOCHS = False

    def __init__(self, data, batch):
        self.features = jnp.asarray(data.features)
        self.labels = jnp.asarray(data.labels)
        self.restart()

    def restart(self):
        weights = [(jnp.array(weight.T), jnp.array(bias)) for weight, bias in task.problem.initial_weights()]
        zeros = jax.tree.map(jnp.zeros_like, weights[task.LAYERS - task.UPPER_LAYERS:])
        self.state = (weights, zeros, jax.tree.map(jnp.zeros_like, zeros), jnp.float32(0))

    def prepare(self, rows):
        return rows

    def correct(self, first, last):
        predicted = jnp.argmax(jax.jit(logits)(self.state[0], self.features[first:last]), axis=1)
        return int(np.sum(predicted == self.labels[first:last]))


class Jit(Base):
    def __init__(self, data, batch):
        super().__init__(data, batch)
        self.step = jax.jit(step_of_rows, donate_argnums=0)

    def train(self, prepared):
        losses = []
        for rows in prepared:
            self.state, loss = self.step(self.state, self.features, self.labels, rows)
            losses.append(loss)
        jax.block_until_ready((self.state, losses))
        return losses


class Scan(Base):
    WHOLE_EPOCHS = True

    def __init__(self, data, batch):
        super().__init__(data, batch)
        self.epoch = jax.jit(epoch, donate_argnums=0)

    def train(self, prepared):
        self.state, losses = self.epoch(self.state, self.features, self.labels, prepared)
        jax.block_until_ready((self.state, losses))
        return losses
