"""How far a run is, for whoever asked to see it: a live line in a terminal and in a notebook, else a line an epoch."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, List, Mapping, Optional, TextIO, Tuple, Union

if TYPE_CHECKING:
    from .trainer import Epoch, Trainer

_BAR = 20
_SECONDS_BETWEEN = 0.1


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    shown = shell.get_ipython() if shell is not None else None
    return any(kind.__name__ == "ZMQInteractiveShell" for kind in type(shown).__mro__)


def figures(record: Mapping[str, Any]) -> List[Tuple[str, float]]:
    """The losses and figures of an epoch's record, as they are read."""
    return [
        (name.replace("train_", "").replace("_", " "), float(value))
        for name, value in record.items()
        if name.startswith(("train_", "val_")) and isinstance(value, (int, float))
    ]


class Shown:
    """Shows a run on a stream."""

    def __init__(self, stream: TextIO, live: bool) -> None:
        self._stream = stream
        self._live = live
        self._width = 0
        self._written = 0.0

    @staticmethod
    def chosen(verbose: Union[bool, int]) -> Optional[Shown]:
        if not verbose:
            return None
        notebook = _in_notebook()
        stream = sys.stdout if notebook else sys.stderr
        return Shown(stream, notebook or stream.isatty())

    def train(self, trainer: Trainer, epoch: Epoch) -> None:
        """Makes the epoch's steps, in pieces of a tenth of a second between which the line is written."""
        if not self._live:
            return
        piece, per_epoch = 1, int(trainer.info["steps_per_epoch"])
        while True:
            start = time.perf_counter()
            at = epoch.advance(piece)
            if at is None or at.step >= per_epoch:
                return
            now = time.perf_counter()
            piece = max(1, min(4 * piece, int(piece * _SECONDS_BETWEEN / max(now - start, 1e-6))))
            if now - self._written < _SECONDS_BETWEEN / 2:
                continue
            self._written = now
            done = _BAR * at.step // per_epoch
            self._rewrite(
                f"{self._title(trainer, at.epoch)}  {'━' * done}{'╌' * (_BAR - done)}  {at.step}/{per_epoch}  "
                f"loss {at.mean_loss:.4f}  {at.figure.replace('_', ' ')} {at.mean_figure:.4f}"
            )

    def tell(self, trainer: Trainer, epoch: Epoch) -> None:
        """The line of an epoch that has ended."""
        line = self._title(trainer, epoch.number) + "".join(
            f"  {name} {value:.4f}" for name, value in figures(epoch.record)
        )
        self._rewrite(f"{line}  {epoch.samples_per_second:,.0f} samples/s")
        self._stream.write("\n")
        self._stream.flush()
        self._width = 0
        self._written = 0.0

    @staticmethod
    def _title(trainer: Trainer, epoch: int) -> str:
        length = str(trainer.config["epochs"])
        return f"Epoch {epoch:>{len(length)}}/{length}"

    def _rewrite(self, line: str) -> None:
        if self._live:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line)
        self._stream.flush()
