"""What every contestant trains: 784-300-100-50-10 with ELU on Fashion-MNIST, SGD below and Adam above.

Model and initial weights are those of tests/interop; so are the float64 formulas that the losses are held against.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

import problem  # noqa: E402  (tests/interop)

SIZES = problem.SIZES
LAYERS = problem.LAYERS
UPPER_LAYERS = problem.UPPER_LAYERS
TRAIN_ROWS = problem.TRAIN_ROWS
LOWER_RATE = 0.01
UPPER_RATE = 0.001
OPTIMIZERS = (f"sgd,lr={LOWER_RATE}", f"adam,lr={UPPER_RATE}")
CHECKED_STEPS = 20


class Data:
    """Standardised features (60000, 784) float32 and labels (60000) int32; the last fifth is for validation."""

    def __init__(self, folder):
        folder = Path(folder)
        images = problem.read_idx(folder / "train-images-idx3-ubyte.gz").reshape(-1, SIZES[0])
        self.labels = problem.read_idx(folder / "train-labels-idx1-ubyte.gz").astype(np.int32)
        sums = images[:TRAIN_ROWS].sum(axis=0, dtype=np.float64)
        squares = np.einsum("rf,rf->f", images[:TRAIN_ROWS], images[:TRAIN_ROWS], dtype=np.float64)
        mean = sums / TRAIN_ROWS
        scale = np.sqrt(squares / TRAIN_ROWS - mean**2)
        scale[scale == 0] = 1
        self.features = images.astype(np.float32)
        self.features -= mean.astype(np.float32)
        self.features /= scale.astype(np.float32)


def steps_an_epoch(batch):
    return TRAIN_ROWS // batch


def drawn_rows(batch, steps, seed):
    """(steps, batch) training rows, drawn with replacement, as Strata draws them by default."""
    return np.random.default_rng(seed).integers(0, TRAIN_ROWS, (steps, batch), dtype=np.int32)


def epoch_in_order(batch):
    """(steps, batch): the training rows in the file's order, so that all contestants train on the same batches."""
    steps = steps_an_epoch(batch)
    return np.arange(steps * batch, dtype=np.int32).reshape(steps, batch)


def first_rows(batch):
    """The rows that the losses are compared on: the file's order."""
    return epoch_in_order(batch)[:CHECKED_STEPS]


def expected_losses(data, batch, convention):
    """The first steps' losses by the formulas in float64."""
    import reference  # tests/interop

    batches = [(data.features[rows], data.labels[rows]) for rows in first_rows(batch)]
    return reference.losses(batches, OPTIMIZERS, convention)
