"""Strata trains multilayer perceptrons on CPUs, with a different optimizer and learning rate for each group of layers.

`StrataClassifier` and `StrataRegressor` are scikit-learn's estimators; `Trainer` is a loop of one's own; `find_lr` and
`sweep` are the commands of these names; `Model` is what comes of all of them. The same data and settings give the same
bits as the `strata` command, whatever the number of threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List

from ._arguments import find_lr, sweep
from ._library import version as _version
from .errors import DataError, DivergedError, SettingsError, StrataError
from .model import Importance, Model
from .sweep import FoundRates, SweepResult
from .trainer import Epoch, Group, Step, Trainer

if TYPE_CHECKING:
    from .estimators import StrataClassifier, StrataRegressor

__version__ = _version()

__all__ = [
    "DataError",
    "DivergedError",
    "Epoch",
    "FoundRates",
    "Group",
    "Importance",
    "Model",
    "SettingsError",
    "Step",
    "StrataClassifier",
    "StrataError",
    "StrataRegressor",
    "SweepResult",
    "Trainer",
    "find_lr",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """The estimators, which alone need scikit-learn, when they are asked for."""
    if name in ("StrataClassifier", "StrataRegressor"):
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> List[str]:
    return [*__all__, "__version__"]
