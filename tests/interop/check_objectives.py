"""check_objectives.py PRINT_LOSSES: losses of numbers, two classes and labels, beside Keras and PyTorch.

Trains a small network from the same weights over the same batches in Strata (by print_losses, built with the tests) and
in the convention's framework with each loss, prints the largest difference of the step losses, relative to the larger of
the loss and 0.3, and exits with 1 if one is above TOLERANCE. The rows make 6 whole batches and one of 8 rows an epoch.
Neither framework has the pinball loss: it is written by hand.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import safetensors.numpy
import tensorflow as tf
import torch

import frameworks

TOLERANCE = 2e-4
ROWS, FEATURES, BATCH_SIZE, STEPS = 200, 7, 32, 200
HIDDEN = [20, 10]
PAIRS = [("sgd,lr=0.01", "adam,lr=0.001"), ("rmsprop,lr=0.0002", "sgd,lr=0.01,momentum=0.9")]

F = torch.nn.functional


def pinball(library_max, z, y, q):
    return library_max(q * (y - z), (q - 1) * (y - z))


# Of outputs z and targets y (rows, outputs): every element's loss.
KERAS = {
    "mse": lambda z, y: (z - y) ** 2,
    "mae": lambda z, y: tf.abs(z - y),
    "huber,delta=0.5": lambda z, y: tf.where(tf.abs(z - y) <= 0.5, (z - y) ** 2 / 2, 0.5 * tf.abs(z - y) - 0.125),
    "quantile,q=0.3": lambda z, y: pinball(tf.maximum, z, y, 0.3),
    "quantile,q=0.1:0.5:0.9": lambda z, y: pinball(tf.maximum, z, y, tf.constant([0.1, 0.5, 0.9])),
}
KERAS_LOSSES = {
    "mse": lambda: keras.losses.MeanSquaredError(),
    "mae": lambda: keras.losses.MeanAbsoluteError(),
    "huber,delta=0.5": lambda: keras.losses.Huber(delta=0.5),
    "binary_cross_entropy": lambda: keras.losses.BinaryCrossentropy(from_logits=True),
}
TORCH = {
    "mse": lambda z, y, w: F.mse_loss(z, y) if w is None else F.mse_loss(z, y, weight=w),
    "mae": lambda z, y, w: F.l1_loss(z, y) if w is None else F.l1_loss(z, y, weight=w),
    "huber,delta=0.5": lambda z, y, w: F.huber_loss(z, y, delta=0.5) if w is None else F.huber_loss(z, y, delta=0.5, weight=w),
    "quantile,q=0.3": lambda z, y, w: pinball(torch.maximum, z, y, 0.3).mean() if w is None else (w * pinball(torch.maximum, z, y, 0.3)).mean(),
    "quantile,q=0.1:0.5:0.9": lambda z, y, w: pinball(torch.maximum, z, y, torch.tensor([0.1, 0.5, 0.9])).mean() if w is None else (w * pinball(torch.maximum, z, y, torch.tensor([0.1, 0.5, 0.9]))).mean(),
    "binary_cross_entropy": lambda z, y, w: F.binary_cross_entropy_with_logits(z, y, weight=w),
}
CASES = [(loss, kind, targets) for loss, kind in [("mse", "numbers"), ("mae", "numbers"), ("huber,delta=0.5", "numbers"),
                                                  ("quantile,q=0.3", "numbers"), ("binary_cross_entropy", "labels")]
         for targets in (1, 3)]
CASES += [("quantile,q=0.1:0.5:0.9", "numbers", 1), ("binary_cross_entropy", "classes", 1)]


def make_data(kind, targets):
    random = np.random.default_rng(5)
    x = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
    hidden = np.sin(x @ random.normal(size=(FEATURES, targets)))
    y = hidden + 0.3 * random.normal(size=(ROWS, targets))
    y = y if kind == "numbers" else y > 0
    return x, y.astype(np.float32), random.uniform(0.2, 3, ROWS).astype(np.float32)


def initial_layers(outputs):
    random = np.random.default_rng(6)
    sizes = [FEATURES, *HIDDEN, outputs]
    return [((random.normal(size=(o, i)) / np.sqrt(i)).astype(np.float32), np.zeros(o, np.float32))
            for i, o in zip(sizes, sizes[1:])]


def batches(x, y, w):
    for step in range(STEPS):
        first = step * BATCH_SIZE % (-(-ROWS // BATCH_SIZE) * BATCH_SIZE)
        rows = slice(first, min(first + BATCH_SIZE, ROWS))
        yield x[rows], y[rows], w[rows]


def strata_losses(program, folder, case, convention, pair, data, layers, weighed):
    loss, kind, _ = case
    x, y, w = data
    head = np.array([ROWS, FEATURES, y.shape[1], weighed], np.uint32)
    parts = [head, x, y] + ([w] if weighed else [])
    (folder / "data").write_bytes(b"".join(part.tobytes() for part in parts))
    tensors = {}
    for layer, (weight, bias) in enumerate(layers):
        tensors[f"layers.{layer}.weight"], tensors[f"layers.{layer}.bias"] = weight, bias
    safetensors.numpy.save_file(tensors, folder / "weights")
    printed = subprocess.run([program, folder / "data", folder / "weights", loss, kind, convention, *pair, str(STEPS)],
                             capture_output=True, text=True, check=True).stdout
    return [float(line) for line in printed.split()]


def keras_losses(loss, pair, data, layers, weighed):
    model = keras.Sequential([keras.Input((FEATURES,))])
    for layer, (weight, _) in enumerate(layers):
        model.add(keras.layers.Dense(weight.shape[0], activation="elu" if layer + 1 < len(layers) else None))
    for layer, (weight, bias) in zip(model.layers, layers):
        layer.set_weights([weight.T, bias])
    groups = []
    for text, part in zip(pair, (model.layers[:-2], model.layers[-2:])):
        variables = [variable for layer in part for variable in layer.trainable_variables]
        optimizer = frameworks.keras_optimizer(text)
        optimizer.build(variables)
        groups.append((optimizer, variables))
    its_own = KERAS_LOSSES.get(loss)

    def mean_loss(z, y, w):
        if its_own is not None:
            return its_own()(y, z, sample_weight=w if weighed else None)
        rows = tf.reduce_mean(KERAS[loss](z, y), axis=1)
        return tf.reduce_mean(rows * w if weighed else rows)

    result = []
    for x, y, w in batches(*data):
        with tf.GradientTape() as tape:
            value = mean_loss(model(x, training=True), tf.constant(y), tf.constant(w))
        gradients = tape.gradient(value, [variables for _, variables in groups])
        for (optimizer, variables), group_gradients in zip(groups, gradients):
            optimizer.apply(group_gradients, variables)
        result.append(float(value))
    return result


def torch_losses(loss, pair, data, layers, weighed):
    network = [torch.nn.Linear(weight.shape[1], weight.shape[0]) for weight, _ in layers]
    with torch.no_grad():
        for layer, (weight, bias) in zip(network, layers):
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
    optimizers = [frameworks.torch_optimizer(text, [p for layer in part for p in layer.parameters()])
                  for text, part in zip(pair, (network[:-2], network[-2:]))]
    result = []
    for x, y, w in batches(*data):
        z = torch.from_numpy(x)
        for layer in network[:-1]:
            z = F.elu(layer(z))
        z = network[-1](z)
        target = torch.from_numpy(y).expand(z.shape)
        weights = torch.from_numpy(w)[:, None].expand(z.shape) if weighed else None
        value = TORCH[loss](z, target, weights)
        for optimizer in optimizers:
            optimizer.zero_grad()
        value.backward()
        for optimizer in optimizers:
            optimizer.step()
        result.append(value.item())
    return result


def main():
    program, = sys.argv[1:]
    failures = 0
    for case in CASES:
        loss, kind, targets = case
        data = make_data(kind, targets)
        layers = initial_layers(loss.count(":") + 1 if ":" in loss else targets)
        for convention, expected_of in (("keras", keras_losses), ("torch", torch_losses)):
            for pair in PAIRS:
                for weighed in (False, True):
                    with tempfile.TemporaryDirectory() as folder:
                        found = np.array(strata_losses(program, Path(folder), case, convention, pair, data, layers, weighed))
                    expected = np.array(expected_of(loss, pair, data, layers, weighed))
                    difference = float(np.max(np.abs(found - expected) / np.maximum(expected, 0.3)))
                    failures += not difference <= TOLERANCE
                    print(f"{loss:24} {kind:8} {targets} {convention:6} {pair[0]:18} {pair[1]:26}"
                          f"{' weighed' if weighed else '':9}{difference:.1e}")
    if failures:
        sys.exit(f"{failures} differ by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
