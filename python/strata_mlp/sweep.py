"""Range tests of learning rates, and sweeps: the commands' own, over rows in memory."""

from __future__ import annotations

import ctypes
import json
from queue import SimpleQueue
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from . import _library, _threads
from ._aside import Aside
from ._library import Handle, Listener, library
from ._rows import Rows, read_rows, validation_rows
from ._settings import plain, settings_json
from .display import HeatMap, rows_html, rows_text
from .errors import SettingsError
from .model import Model

Heard = Callable[[Dict[str, Any]], Any]
"""Hears of a trial that has come to its end; True ends the work, which then has no result."""


def _rows(rows: Rows, settings: Mapping[str, Any]) -> Tuple[Handle, Optional[Handle]]:
    """Training rows, and validation rows of their own if there are any."""
    if rows.X is None:
        return _library.make("data", "data_load", settings_json(_of_data(settings))), None
    read = read_rows(rows, settings.get("loss"))
    return read.data, None if rows.eval_set is None else validation_rows(read, rows.eval_set)


def _of_data(settings: Mapping[str, Any]) -> Dict[str, Any]:
    """Those settings that say where rows are and how they are read."""
    schema = _library.settings_schema()["properties"]
    return {
        name: value
        for name, value in settings.items()
        if name in ("loss", "missing", "threads") or schema.get(name, {}).get("section") in ("Data", "Tables")
    }


def _limited(settings: Mapping[str, Any]) -> Dict[str, Any]:
    """The settings, with the threads that others allow where nothing says how many there are."""
    own = {} if settings.get("jobs") is not None else {"threads": _threads.limit()}
    return {**own, **settings}


def _value_text(value: Any) -> str:
    """A value of `vary` as the command has it between bars."""
    value = plain(value)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_value_text, value)) or "none"
    return repr(value) if isinstance(value, float) else str(value)


def _varied(vary: Any) -> Any:
    """{"batch_size": [32, 128]} as the command has it: batch-size=32|128."""
    if not isinstance(vary, Mapping):
        return vary
    return [f"{_axis(name)}={'|'.join(map(_value_text, values))}" for name, values in vary.items()]


def _axis(name: str) -> str:
    """Optimizers' keys, lower.weight_decay, are spelled as they are."""
    return name if "." in name else name.replace("_", "-")


def _axis_name(axis: str) -> str:
    """What Python calls it; a group, and what is of one, goes by its layers, 0-1."""
    return axis.replace("-", "_") if axis.replace("-", "_").isidentifier() else axis


class _Work:
    """A search by a thread of its own, while the one that asked for it hears of trials, and of ctrl-C.

    What it hears, it answers before the search goes on.
    """

    def __init__(self, function: str) -> None:
        self._function = getattr(library, f"strata_{function}")
        self._listener = Listener(self._listen)
        self._news: SimpleQueue[Optional[bytes]] = SimpleQueue()
        self._answers: SimpleQueue[None] = SimpleQueue()
        self._stopped = False
        self._code = _library.OK
        self._message = ""

    def run(self, hear: Optional[Heard], before: Sequence[Any], after: Sequence[Any]) -> bool:
        """Calls the function with a listener between these arguments. False if it was stopped.

        Whatever `hear` or a signal raises stops the search, and is raised when it has ended.
        """
        aside = Aside(lambda: self._call([*before, self._listener, None, *after]))
        try:
            aside.start()
            while (text := self._news.get()) is not None:
                if hear is not None and hear(json.loads(text)) is True:
                    self._stopped = True
                self._answers.put(None)
        except BaseException:
            aside.give_up(self._stop)
            raise
        if self._code == _library.STOPPED:
            return False
        if self._code != _library.OK:
            raise _library.exception(self._code, self._message)
        return True

    def _stop(self) -> None:
        self._stopped = True
        self._answers.put(None)  # for one who waits

    def _call(self, arguments: Sequence[Any]) -> None:
        try:
            self._code = self._function(*arguments)
            self._message = _library.message()
        finally:
            self._news.put(None)

    def _listen(self, _context: Any, text: Optional[bytes]) -> int:
        if text is not None and not self._stopped:
            self._news.put(text)
            self._answers.get()
        return int(self._stopped)


class FoundRates(List[Dict[str, Any]]):
    """What a range test found, a dict for each group; of a map one for each pair of rates, and `map` as a whole."""

    map: Optional[Dict[str, Any]] = None

    @property
    def suggestions(self) -> Dict[str, float]:
        """The rate that each group had best begin with, by the group's name, where there is one.

        Of a map the pair whose figure is lowest.
        """
        if self.map is not None:
            return dict(zip(self.map["groups"], self.map.get("lowest", ())))
        return {group["group"]: group["suggestion"] for group in self if group.get("suggestion") is not None}

    def heat_map(self) -> HeatMap:
        """The figure of every pair of rates, of find_lr(…, map=True)."""
        if self.map is None:
            raise SettingsError("these rates were tested group by group; a heat map is of find_lr(…, map=True)")
        first, second = (f"{group}.lr" for group in self.map["groups"])
        return HeatMap(self, first, second, self.map["figure"], self.map["figure"], False)

    _shown = ("group", "optimizer", "suggestion", "limit", "reason")

    def __repr__(self) -> str:
        return rows_text(self, self._shown) if self.map is None else repr(self.heat_map())

    def _repr_html_(self) -> str:
        return rows_html("Learning rates", self, self._shown) if self.map is None else self.heat_map()._repr_html_()


def _pairs(found: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """A map's pairs of rates, and the figure of each; None where the pair diverged."""
    (first, second), (rows, columns) = found["groups"], found["rates"]
    return [
        {f"{first}.lr": row, f"{second}.lr": column, found["figure"]: value}
        for row, values in zip(rows, found["values"])
        for column, value in zip(columns, values)
    ]


class SweepResult(List[Dict[str, Any]]):
    """The candidates of a sweep, best first; `best` is the model of the first."""

    best: Optional[Model] = None
    details: Mapping[str, Any] = {}
    """the sweep as a whole: monitor, edges, rate_effects (what each group's rate did, with a `sentence`), and records,
    a dict for each trial as trials.jsonl has it"""

    def heat_map(self, rows: str, columns: str, value: str = "value") -> HeatMap:
        """How `value` depends on two of what was varied, the best of all others; "value" is the monitored figure.

        What was varied is named as in the candidates, "lower.lr", or as the argument was, "lower_lr".
        """
        rows, columns = (self._varied_as(name) for name in (rows, columns))
        name = self.details.get("monitor", value) if value == "value" else value
        lower = str(name).endswith(("loss", "rmse", "mae", "pinball", "deviation"))
        return HeatMap(self, rows, columns, value, name, not lower)

    def _varied_as(self, name: str) -> str:
        """The candidates' name of what was varied."""
        if not self:
            raise SettingsError("the sweep has no candidates, so there is nothing to draw")
        known = self.details["candidates"][0]["varied"]
        for axis in map(_axis_name, known):
            if name in (axis, axis.replace(".", "_")):
                return axis
        raise SettingsError(f"{name} was not varied; expected one of {', '.join(map(_axis_name, known))}")

    def _shown(self) -> List[str]:
        return [name for name in (self[0] if self else {}) if name not in ("runs", "completed", "diverged")]

    def __repr__(self) -> str:
        return rows_text(self, self._shown())

    def _repr_html_(self) -> str:
        return rows_html("Sweep", self, self._shown())


def run_find_lr(rows: Rows, settings: Mapping[str, Any], callback: Optional[Heard]) -> FoundRates:
    """What find_lr() does."""
    data, validation = _rows(rows, settings)
    text = ctypes.c_void_p()
    before = (data.pointer, _library.pointer_of(validation), settings_json(_limited(settings)))
    if not _Work("find_lr").run(callback, before, [ctypes.byref(text)]):
        return FoundRates()
    found = _library.taken_json(text)
    rates = FoundRates(_pairs(found["map"]) if "map" in found else found["groups"])
    rates.map = found.get("map")
    return rates


def run_sweep(rows: Rows, settings: Mapping[str, Any], callback: Optional[Heard]) -> SweepResult:
    """What sweep() does."""
    data, validation = _rows(rows, settings)
    text, best = ctypes.c_void_p(), ctypes.c_void_p()
    given = settings_json({**_limited(settings), "vary": _varied(settings.get("vary"))})
    before = (data.pointer, _library.pointer_of(validation), given)
    if not _Work("sweep").run(callback, before, [ctypes.byref(text), ctypes.byref(best)]):
        return SweepResult()
    details = _library.taken_json(text)
    records = {record["key"]: record for record in details["records"]}
    result = SweepResult(_candidate(candidate, records) for candidate in details["candidates"])
    result.details = details
    result.best = Model(Handle("model", best)) if best else None
    return result


def _candidate(candidate: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]]) -> Dict[str, Any]:
    """One line of the table: what it varies, what it came to, and its first run's figures at the best epoch."""
    figures = dict(records[candidate["runs"][0]].get("best") or {}) if candidate["runs"] else {}
    best_epoch = {"best_epoch": figures.pop("epoch")} if "epoch" in figures else {}
    varied = {_axis_name(name): _number(text) for name, text in candidate["varied"].items()}
    rest = {name: value for name, value in candidate.items() if name != "varied"}
    return {**varied, "value": None, **rest, **best_epoch, **figures}


def _number(text: Any) -> Any:
    """A number, if the text is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
