"""The page of a run that was trained in memory, as the command makes it of a run's folder."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Union

from . import _library
from ._library import Handle, library
from .model import Model


class Record(NamedTuple):
    """What is known of a run that has been trained."""

    info: Mapping[str, Any]
    history: List[Dict[str, Any]]
    result: Optional[Mapping[str, Any]]  # None of one that has not ended


# By what a run learns: how its record calls how many of them there are.
_COUNTED = {"classes": "classes", "labels": "labels", "numbers": "targets"}


def _lines(record: Record) -> str:
    """metrics.jsonl."""
    info = dict(record.info)
    learnt = info.pop("targets")
    names = info.get("class_names") or info.get("target_names")
    run = {"type": "run", "schema": 1, **info, _COUNTED[learnt]: len(names) if names else info["outputs"]}
    result = [] if record.result is None else [{**record.result, "type": "result"}]
    return "".join(json.dumps(line) + "\n" for line in [run, *record.history, *result])


def write_report(
    path: Union[str, os.PathLike[str]], name: str, record: Record, model: Model, rows: Optional[Handle]
) -> None:
    """Writes the page. `rows`: what the model is judged on; None: nothing is said of its mistakes."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(record.info["config"]))
        (folder / "metrics.jsonl").write_text(_lines(record))
        if rows is not None:
            model.save(folder / "model.safetensors")
        folders, count = _library.names_array([os.fspath(folder)])
        output = os.fsencode(os.fspath(path))
        _library.check(library.strata_report(folders, count, _library.pointer_of(rows), output))
