"""The frameworks. Each class trains one of the tasks of task.py:

    Contestant(task, data, batch)   the model with its initial weights, ready for the first step
    restart()                       initial weights, optimizers as new; what is compiled stays so
    prepare(rows)                   what train() takes for rows (steps, batch or 0); its time does not count
    train(prepared)                 that many steps; returns when they are done, with the steps' losses
    predicted()                     what the model predicts of the held-out rows, as task.predicted() has it

`CONVENTION` says whose Adam formula its losses follow, `WHOLE_EPOCHS` that train() is compiled for whole epochs.
"""

import importlib

_CLASSES = {
    "jax-scan": "jax_steps:Scan",
    "jax-jit": "jax_steps:Jit",
    "torch-compile": "torch_steps:Compiled",
    "torch-eager": "torch_steps:Eager",
    "keras-xla": "keras_steps:Xla",
    "keras-function": "keras_steps:Function",
    "keras-fit": "keras_steps:Fit",
    "sklearn": "sklearn_steps:PartialFit",
}

TITLES = {
    "jax-scan": "JAX, an epoch in one compiled scan",
    "jax-jit": "JAX, jit a step",
    "torch-compile": "PyTorch, compiled",
    "torch-eager": "PyTorch, eager, fused optimizers",
    "keras-xla": "Keras on TensorFlow, XLA",
    "keras-function": "Keras on TensorFlow, tf.function",
    "keras-fit": "Keras on TensorFlow, fit",
    "sklearn": "scikit-learn, partial_fit",
}


def load(name):
    """The class; imports its framework."""
    module, _, attribute = _CLASSES[name].partition(":")
    return getattr(importlib.import_module(f"contestants.{module}"), attribute)
