"""The problem that Strata, Keras and PyTorch all train: data, batches, initial weights, optimizers.

784-300-100-50-10 with ELU on Fashion-MNIST, tail split, sequential batches of 32, 400 steps; the optimizers of
layers 0-1 (lower) and 2-3 (upper) are every ordered pair of OPTIMIZERS.
"""

import gzip
import itertools
from pathlib import Path

import numpy as np

SIZES = [784, 300, 100, 50, 10]
LAYERS = len(SIZES) - 1
UPPER_LAYERS = 2
BATCH_SIZE = 32
STEPS = 400
TRAIN_ROWS = 48_000  # of 60,000: the last fifth is held out

# As Strata's --lower and --upper take them.
OPTIMIZERS = [
    "sgd,lr=0.01",
    "sgd,lr=0.01,momentum=0.9",
    "sgd,lr=0.01,momentum=0.9,nesterov=true",
    "adam,lr=0.001",
]
PAIRS = list(itertools.product(OPTIMIZERS, repeat=2))
RUNS = list(itertools.product(["keras", "torch"], PAIRS))


def optimizer_values(text):
    """('sgd', {'lr': 0.01, 'nesterov': True, ...}) of a --lower or --upper text."""
    name, *settings = text.split(",")
    values = dict(setting.split("=") for setting in settings)
    return name, {key: value == "true" if key == "nesterov" else float(value) for key, value in values.items()}


def layer_optimizers(pair):
    """The optimizer text of each layer."""
    lower, upper = pair
    return [lower] * (LAYERS - UPPER_LAYERS) + [upper] * UPPER_LAYERS


def split_mix_64(x):
    """The SplitMix64 output for the states x (uint64): Steele, Lea, Flood, OOPSLA 2014."""
    z = x + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def initial_weights():
    """Weight (out, in) and bias (out) of each layer, float32: uniform within sqrt(3 / in), biases 0.

    tests/train/golden_losses_test.cpp computes the same bits. Twice the variance, He's, starts from a loss of 4 on
    these data and amplifies rounding a hundredfold: README.md.
    """
    layers = []
    for layer, (inputs, outputs) in enumerate(zip(SIZES, SIZES[1:])):
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


def batches(folder):
    """STEPS batches: standardised features (32, 784) float32, labels (32) int64."""
    images = read_idx(Path(folder) / "train-images-idx3-ubyte.gz").reshape(-1, SIZES[0])[:TRAIN_ROWS]
    labels = read_idx(Path(folder) / "train-labels-idx1-ubyte.gz").astype(np.int64)
    mean = images.mean(axis=0, dtype=np.float64)
    scale = images.std(axis=0, dtype=np.float64)
    scale[scale == 0] = 1
    rows = STEPS * BATCH_SIZE
    features = (images[:rows].astype(np.float32) - mean.astype(np.float32)) / scale.astype(np.float32)
    return [(features[first:first + BATCH_SIZE], labels[first:first + BATCH_SIZE])
            for first in range(0, rows, BATCH_SIZE)]


def largest_difference(losses, expected):
    """The largest |loss - expected| / |expected| over the steps."""
    losses, expected = np.asarray(losses, np.float64), np.asarray(expected, np.float64)
    if losses.shape != expected.shape:
        raise ValueError(f"{losses.size} losses, expected {expected.size}")
    return float(np.max(np.abs(losses - expected) / np.abs(expected)))
