"""The tasks: of each its network, loss, optimizers, data, batches and target, in one table.

Rows are standardised or of normal numbers already; the last fifth is held out. Initial weights follow the formula of
tests/interop, as do the float64 losses that all are held against.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

import problem  # noqa: E402  (tests/interop)

CHECKED_STEPS = 20
STEPS_A_CALL = 50  # where each step takes all rows, and an epoch is one step


class Data:
    """Features (rows, features) float32, and targets: classes (rows) int32, or float32 (rows, outputs)."""

    def __init__(self, features, targets, train_rows):
        self.features, self.targets, self.train_rows = features, targets, train_rows
        self.held_out_features, self.held_out_targets = features[train_rows:], targets[train_rows:]


def fashion_mnist(folder):
    """Pixels, standardised by the training rows."""
    folder = Path(folder)
    images = problem.read_idx(folder / "train-images-idx3-ubyte.gz").reshape(-1, 784)
    train = images[:problem.TRAIN_ROWS]
    mean = train.sum(axis=0, dtype=np.float64) / len(train)
    scale = np.sqrt(np.einsum("rf,rf->f", train, train, dtype=np.float64) / len(train) - mean**2)
    scale[scale == 0] = 1
    features = images.astype(np.float32)
    features -= mean.astype(np.float32)
    features /= scale.astype(np.float32)
    return Data(features, problem.read_idx(folder / "train-labels-idx1-ubyte.gz").astype(np.int32), problem.TRAIN_ROWS)


def normal_rows(rows, features):
    return np.random.default_rng(1).standard_normal((rows, features), dtype=np.float32)


def two_classes(_):
    """28 normal numbers; the class hangs on three of them."""
    x = normal_rows(25_000, 28)
    return Data(x, (x[:, :1] * x[:, 1:2] + x[:, 2:3] > 0).astype(np.float32), 20_000)


def four_numbers(_):
    """Four functions of four normal numbers."""
    x = normal_rows(12_500, 4)
    return Data(x, np.stack([np.sin(x[:, 0]), x[:, 1] * x[:, 2], x[:, 3]**2, x.sum(axis=1)], axis=1), 10_000)


@dataclass(frozen=True)
class Target:
    """What is trained for: a share of the held-out rows' classes that are right, or a mean square error."""

    value: float
    batch: int  # the size at which it is asked for


@dataclass(frozen=True)
class Task:
    """Its Adam trains the upper layers, SGD those below."""

    name: str
    sizes: tuple  # features, and the units of each layer
    activation: str  # elu or tanh
    loss: str  # softmax_cross_entropy, binary_cross_entropy or mse
    upper_layers: int
    upper_rate: float
    train_rows: int
    batches: tuple
    target: Target
    make_data: Callable[[str], Data]  # of the folder of Fashion-MNIST
    made_up: bool  # the rows are not in files
    lower_rate: float = 0.01

    @property
    def layers(self):
        return len(self.sizes) - 1

    @property
    def optimizers(self):
        return f"sgd,lr={self.lower_rate}", f"adam,lr={self.upper_rate}"

    def initial_weights(self):
        return problem.initial_weights(self.sizes)

    # ---- Rows of steps: (steps, batch), or (steps, 0) where each step takes all training rows as they are

    def takes_all(self, batch):
        return batch == self.train_rows

    def steps_an_epoch(self, batch):
        """As many steps as are timed, compiled and validated together."""
        return STEPS_A_CALL if self.takes_all(batch) else self.train_rows // batch

    def drawn_rows(self, batch, steps, seed):
        """Drawn with replacement, as Strata draws them by default."""
        if self.takes_all(batch):
            return np.empty((steps, 0), np.int32)
        return np.random.default_rng(seed).integers(0, self.train_rows, (steps, batch), dtype=np.int32)

    def epoch_in_order(self, batch):
        """The training rows in the file's order, so that all contestants train on the same batches."""
        steps = self.steps_an_epoch(batch)
        if self.takes_all(batch):
            return np.empty((steps, 0), np.int32)
        return np.arange(steps * batch, dtype=np.int32).reshape(steps, batch)

    def first_rows(self, batch):
        """The rows that the losses are compared on: the file's order."""
        return self.epoch_in_order(batch)[:CHECKED_STEPS]

    def expected_losses(self, data, batch, convention):
        """The first steps' losses by the formulas in float64."""
        import reference  # tests/interop

        network = reference.Network(self.initial_weights(), self.activation, self.loss, self.upper_layers)
        rows_of_steps = [slice(self.train_rows) if rows.size == 0 else rows for rows in self.first_rows(batch)]
        batches = [(data.features[rows], data.targets[rows]) for rows in rows_of_steps]
        return reference.losses(batches, self.optimizers, convention, network)

    # ---- The target

    def predicted(self, logits):
        """Of the network's outputs, the classes (rows) or the numbers (rows, outputs)."""
        if self.loss == "softmax_cross_entropy":
            return logits.argmax(axis=1)
        return logits[:, 0] > 0 if self.loss == "binary_cross_entropy" else logits

    def figure(self, predicted, targets):
        """The share of right classes, or the mean square error."""
        if self.loss == "mse":
            return float(np.mean(np.square(predicted - targets), dtype=np.float64))
        return float(np.mean(predicted == targets.reshape(len(targets))))

    @property
    def figure_name(self):
        """In the epochs of Strata's metrics."""
        return "val_loss" if self.loss == "mse" else "val_accuracy"

    def reached(self, figure):
        return figure <= self.target.value if self.loss == "mse" else figure >= self.target.value

    def shown(self, figure):
        return f"{figure:.4f}" if self.loss == "mse" else f"{100 * figure:.1f} %"


TASKS = {task.name: task for task in [
    Task("images", (784, 300, 100, 50, 10), "elu", "softmax_cross_entropy", 2, 0.001, problem.TRAIN_ROWS, (32, 128, 1024),
         Target(0.875, 32), fashion_mnist, made_up=False),
    Task("table", (28, 300, 300, 300, 300, 300, 1), "tanh", "binary_cross_entropy", 6, 0.001, 20_000, (100,),
         Target(0.95, 100), two_classes, made_up=True),
    Task("small", (4, 32, 16, 4), "tanh", "mse", 3, 0.01, 10_000, (10_000,),
         Target(0.02, 10_000), four_numbers, made_up=True),
]}
