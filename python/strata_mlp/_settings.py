"""Settings as Python has them, as the library's JSON."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Mapping

import numpy as np

from .errors import SettingsError


def plain(value: Any) -> Any:
    """A value of JSON: NumPy's numbers, tuples and paths become JSON's own."""
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, (tuple, list)):
        return [plain(element) for element in value]
    if isinstance(value, Mapping):
        return {str(key): plain(element) for key, element in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value


def _group(layers: str, optimizer: Any) -> Any:
    """One group as the table has it, FIRST-LAST:OPTIMIZER."""
    return {"layers": layers, **optimizer} if isinstance(optimizer, Mapping) else f"{layers}:{optimizer}"


def _groups(value: Any) -> List[Any]:
    if isinstance(value, Mapping):
        return [_group(str(layers), optimizer) for layers, optimizer in value.items()]
    return [value] if isinstance(value, str) else list(value)


def settings_json(settings: Mapping[str, Any]) -> bytes:
    """Settings that were given; None is none, as is False for early_stopping, which elsewhere is yes or no."""
    given: Dict[str, Any] = {}
    for name, value in settings.items():
        if name == "group" and value is not None:
            value = _groups(value)
        if name == "max_time" and isinstance(value, (int, float)):
            value = f"{value}s"
        value = plain(value)
        if value is None or (name == "early_stopping" and value is False):
            continue
        if name == "early_stopping" and value is True:
            raise SettingsError(
                "early_stopping: True does not tell for how many epochs to wait; give a number, such as 5"
            )
        given[name] = value
    return json.dumps(given).encode()
