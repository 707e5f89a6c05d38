"""The problems that Strata, Keras and PyTorch all train: data, batches, initial weights, optimizers.

784-300-100-50-10 with ELU on Fashion-MNIST, tail split, sequential batches, each problem from the same initial weights.
"""

import gzip
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SIZES = [784, 300, 100, 50, 10]
LAYERS = len(SIZES) - 1
UPPER_LAYERS = 2
ALL_ROWS = 60_000
TRAIN_ROWS = 48_000  # the last fifth is held out
BATCH_SIZE = 32


@dataclass(frozen=True)
class Problem:
    """A pair of optimizers, as Strata's --lower (layers 0-1) and --upper (layers 2-3) take them, and its data."""

    convention: str  # keras or torch
    pair: tuple
    train_rows: int = TRAIN_ROWS  # the rows after them are held out
    steps: int = 400

    def tolerance(self):
        """Strata against the framework, relative. Adagrad's first steps in PyTorch's convention divide by |g|."""
        return 1e-3 if self.convention == "torch" and "adagrad" in " ".join(self.pair) else 2e-4


# Every ordered pair of what came first ...
FIRST_OPTIMIZERS = [
    "sgd,lr=0.01",
    "sgd,lr=0.01,momentum=0.9",
    "sgd,lr=0.01,momentum=0.9,nesterov=true",
    "adam,lr=0.001",
]
FIRST_PAIRS = list(itertools.product(FIRST_OPTIMIZERS, repeat=2))

# ... and pairs in which every other optimizer and key stands at least once. Their rows make 187 whole batches and one
# of 16 rows an epoch, so that the last steps come after a partial one. RMSprop's rates are low: its first steps are
# 1 / sqrt(1 - rho) times lr whatever the gradient, and from larger ones the training amplifies rounding: README.md.
OTHER_PAIRS = [
    ("rmsprop,lr=0.0002", "adamw"),
    ("rmsprop,momentum=0.5,lr=0.0002", "adamw,amsgrad=true,weight_decay=0.1"),
    ("rmsprop,centered=true,lr=0.0001", "rmsprop,centered=true,momentum=0.5,lr=0.0001"),
    ("adagrad,lr=0.01", "adamax"),
    ("adamax", "adagrad,initial_accumulator_value=0.2,lr=0.01"),
    ("adadelta,lr=1", "sgd,lr=0.01,momentum=0.9"),
    ("sgd,lr=0.01,momentum=0.9,nesterov=true", "nadam"),
    ("nadam,weight_decay=0.01", "sgd,lr=0.01,momentum=0.9,weight_decay=0.01"),
    ("adam,amsgrad=true", "adam,weight_decay=0.01"),
    ("sgd,lr=0.01,weight_decay=0.01", "adamax,weight_decay=0.01"),
    ("adadelta,lr=1,weight_decay=0.01", "rmsprop,lr=0.0002,weight_decay=0.01"),
]
OTHER_TRAIN_ROWS = 6_000
OTHER_STEPS = 200


def problems(convention):
    return ([Problem(convention, pair) for pair in FIRST_PAIRS]
            + [Problem(convention, pair, OTHER_TRAIN_ROWS, OTHER_STEPS) for pair in OTHER_PAIRS])


def optimizer_values(text):
    """('sgd', {'lr': 0.01, 'nesterov': True, ...}) of a --lower or --upper text."""
    name, *settings = text.split(",")
    values = dict(setting.split("=") for setting in settings)
    return name, {key: value == "true" if value in ("true", "false") else float(value)
                  for key, value in values.items()}


def split_mix_64(x):
    """The SplitMix64 output for the states x (uint64): Steele, Lea, Flood, OOPSLA 2014."""
    z = x + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def initial_weights(sizes=SIZES):
    """Weight (out, in) and bias (out) of each layer, float32: uniform within sqrt(3 / in), biases 0.

    tests/train/golden_losses_test.cpp computes the same bits. Twice the variance, He's, starts from a loss of 4 on
    these data and amplifies rounding a hundredfold: README.md.
    """
    layers = []
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        index = np.arange(outputs * inputs, dtype=np.uint64) + np.uint64(layer << 40)
        unit = (split_mix_64(index) >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
        limit = np.float32(np.sqrt(3 / inputs))
        weight = (np.float32(2) * unit - np.float32(1)) * limit
        layers.append((weight.reshape(outputs, inputs), np.zeros(outputs, np.float32)))
    return layers


def read_idx(path):
    """The uint8 array of a gzipped IDX file."""
    content = gzip.decompress(path.read_bytes())
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


class Data:
    """The training images and labels (int64) of an IDX folder."""

    def __init__(self, folder):
        self.images = read_idx(Path(folder) / "train-images-idx3-ubyte.gz").reshape(-1, SIZES[0])
        self.labels = read_idx(Path(folder) / "train-labels-idx1-ubyte.gz").astype(np.int64)

    def batches(self, problem):
        """Standardised features (rows, 784) float32 and labels of each step, in file order, epoch after epoch; an
        epoch's last batch may be smaller."""
        images = self.images[:problem.train_rows]
        mean = images.mean(axis=0, dtype=np.float64).astype(np.float32)
        scale = images.std(axis=0, dtype=np.float64)
        scale[scale == 0] = 1
        result = []
        for first in itertools.islice(itertools.cycle(range(0, problem.train_rows, BATCH_SIZE)), problem.steps):
            rows = slice(first, min(first + BATCH_SIZE, problem.train_rows))
            result.append(((images[rows].astype(np.float32) - mean) / scale.astype(np.float32), self.labels[rows]))
        return result


def largest_difference(losses, expected):
    """The largest |loss - expected| / |expected| over the steps."""
    losses, expected = np.asarray(losses, np.float64), np.asarray(expected, np.float64)
    if losses.shape != expected.shape:
        raise ValueError(f"{losses.size} losses, expected {expected.size}")
    return float(np.max(np.abs(losses - expected) / np.abs(expected)))
