"""Rows, and configurations of runs over them whose bits are compared: with the command's, and wherever they run."""

import numpy as np

from strata_mlp import Trainer

CLASSES = [
    {},
    {"hidden": (32,)},
    {"hidden": (32,), "lower": "sgd,lr=0.01"},  # given, a default means more: the first layer is lower
    {"hidden": ()},
    {"lower": "sgd,lr=0.02,momentum=0.9,nesterov=true", "upper": "adamw,lr=0.002"},
    {"group": ["0:freeze", "1-2:sgd,lr=0.05", "3:adam"]},
    {"convention": "torch", "lower": "rmsprop", "upper": "nadam"},
    {"activation": "gelu", "init": "glorot_uniform", "batch_size": 48},
    {"sampling": "shuffle", "dropout": (0.1, 0.2, 0.3)},
    {"sampling": "sequential", "label_smoothing": 0.1},
    {"clip_norm": 0.5, "class_weights": "balanced"},
    {"clip_value": 0.01, "scaler": "unit"},
    {"split": "stratified", "validation_split": 0.3, "seed": 7},
    {"split": "tail", "scaler": "none", "max_steps": 17},
    {"early_stopping": 1, "restore_best": True, "monitor": "val_macro_f1", "epochs": 6},
    {"upper": "adam,lr=0.003,schedule=cosine,warmup_steps=5"},
    {"validation_split": 0, "lower": "lion"},
]
NUMBERS = [
    {},
    {"loss": "mae", "hidden": (24, 12)},
    {"loss": "huber,delta=0.5", "target_scaler": "none"},
    {"loss": "quantile,q=0.1:0.9"},
]


def rings():
    """Points of the plane: three classes by their distance from the middle."""
    points = np.random.default_rng(7).uniform(-1, 1, (600, 2)).astype(np.float32)
    return points, np.digitize(np.hypot(*points.T), [0.5, 0.9])


def slopes():
    """A number of each row, with a little noise."""
    draw = np.random.default_rng(8)
    X = draw.normal(size=(500, 4))
    return X, 3 * X[:, 0] - X[:, 1] * X[:, 2] + 10 + 0.1 * draw.normal(size=500)


def runs():
    """Of each configuration its rows and settings."""
    X, y = (array.astype(np.float32) for array in slopes())
    return [
        *((*rings(), {"epochs": 2, **settings}) for settings in CLASSES),
        *((X, y, {"epochs": 2, "loss": "mse", **settings}) for settings in NUMBERS),
    ]


def hashes(threads=2):
    """Of each configuration the weights' hash."""
    return [Trainer(X, y, **settings, threads=threads).run().weights_hash for X, y, settings in runs()]
