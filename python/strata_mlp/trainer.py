"""A run in the caller's hands: epochs and steps to iterate over, rates to set between them, all that it knows."""

from __future__ import annotations

import ctypes
import threading
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    NoReturn,
    Optional,
    Sequence,
    Tuple,
    Union,
    cast,
)

import numpy as np
import numpy.typing as npt

from . import _library, _threads
from ._arguments import PathLike, TrainerArguments
from ._aside import Aside
from ._library import Handle, Progress, library
from ._report import Record, write_report
from ._rows import AnyArray, ReadRows, Rows, read_rows, validation_rows
from ._settings import settings_json
from .display import trainer_html
from .errors import SettingsError, StrataError
from .model import Model, tensors
from .progress import Shown

# A call that takes longer is made by a thread of its own, so that the one that waits hears of ctrl-C.
_SECONDS_WITHOUT_CTRL_C = 0.01


class Step:
    """Where a run stands after an update.

    Beside what is listed it has ``mean_`` and the name of the loss' first figure: ``mean_accuracy`` of classes,
    ``mean_label_accuracy`` of labels, ``mean_mae`` of numbers.
    """

    __slots__ = ("epoch", "figure", "global_step", "loss", "mean_figure", "mean_loss", "step", "steps_per_epoch")

    epoch: int
    """from 1"""
    step: int
    """within the epoch, from 1"""
    steps_per_epoch: int
    global_step: int
    """updates made in all"""
    loss: float
    """the batch's mean loss before the update, as trained"""
    mean_loss: float
    """over the epoch's rows so far"""
    mean_figure: float
    """the first figure over the epoch's rows so far"""
    figure: str
    """its name"""

    def __init__(self, at: Progress, figure: str) -> None:
        self.epoch = at.epoch
        self.step = at.step
        self.steps_per_epoch = at.steps_per_epoch
        self.global_step = at.global_step
        self.loss = at.loss
        self.mean_loss = at.mean_loss
        self.mean_figure = at.mean_figure
        self.figure = figure

    def __getattr__(self, name: str) -> float:
        if name == f"mean_{self.figure}":
            return self.mean_figure
        raise AttributeError(f"a step has no {name}; it has mean_loss and mean_{self.figure}")

    def __repr__(self) -> str:
        return (
            f"Step(epoch={self.epoch}, step={self.step}, loss={self.loss:.4f}, mean_loss={self.mean_loss:.4f}, "
            f"mean_{self.figure}={self.mean_figure:.4f})"
        )


class Epoch:
    """An epoch of a run: iterate over it for its steps; what it came to are its attributes.

    These are what a line of the command's metrics has: ``train_loss``, ``val_loss``, ``train_accuracy``,
    ``val_accuracy`` (or the figures of what is learnt), ``learning_rates``, ``seconds``, ``samples_per_second``, ….
    Steps that nobody has iterated over are made when one of them is asked for, or the next epoch.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._record: Optional[Dict[str, Any]] = None
        self._ended = False
        self._iterated = False
        self.number = trainer.epochs_done + 1

    def __iter__(self) -> Iterator[Step]:
        self._iterated = True
        try:
            while not self._ended:
                step = self.advance(1)
                if step is None:
                    break
                yield step
        finally:
            self._iterated = False

    def advance(self, steps: int) -> Optional[Step]:
        """So many of the epoch's steps, or those that are left. The last of them; None if there was none."""
        step = None if self._ended else self._trainer.advance(steps)
        self._ended = self._ended or bool(self._trainer._at.epoch_ended)
        return step

    def finish(self) -> None:
        """Makes the steps that are left."""
        while not self._ended and self._trainer._train(0):
            self._ended = bool(self._trainer._at.epoch_ended) or self._trainer.ended

    @property
    def record(self) -> Dict[str, Any]:
        """All that the epoch came to."""
        if self._record is None:
            if self._iterated and not self._ended:
                raise StrataError("the epoch is not over; ask its steps for mean_loss, or end the loop over them first")
            self.finish()
            history = self._trainer.history
            if len(history) < self.number:
                raise StrataError("the epoch was stopped before its end")
            self._record = history[self.number - 1]
        return self._record

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "record":
            raise AttributeError(name)
        record = self.record
        if name in record:
            return record[name]
        raise AttributeError(f"the epoch has no {name}; it has {', '.join(record)}")

    def __repr__(self) -> str:
        return f"Epoch({self._record if self._record is not None else self.number})"


class Group:
    """Layers that one optimizer trains."""

    def __init__(self, trainer: Trainer, group: Mapping[str, Any]) -> None:
        self._trainer = trainer
        self.name: str = group["name"]
        self.layers = range(group["first"], group["last"] + 1)
        """their indices, from 0 at the input"""
        self.optimizer: str = group["optimizer"]
        self.frozen: bool = group["frozen"]

    @property
    def lr(self) -> float:
        """The learning rate with which the next step updates the group.

        Set, it holds from the next step on, whatever schedule and lr_from say; None gives them the word again.
        """
        rate = ctypes.c_double()
        _library.check(library.strata_trainer_rate(self._trainer._pointer, self.name.encode(), ctypes.byref(rate)))
        return rate.value

    @lr.setter
    def lr(self, rate: Optional[float]) -> None:
        value = float("nan") if rate is None else float(rate)
        if rate is not None and value != value:
            raise SettingsError(f"lr of {self.name} is not a number")
        _library.check(library.strata_trainer_set_rate(self._trainer._pointer, self.name.encode(), value))

    def __repr__(self) -> str:
        return f"Group({self.name!r}, layers {list(self.layers)}, {self.optimizer})"


class Groups(Dict[str, Group]):
    """Groups by their names; one of a single layer also by its index."""

    def __missing__(self, name: str) -> Group:
        whole = f"{name}-{name}"
        if whole in self:
            return self[whole]
        raise SettingsError(f"there is no group {name}; expected one of {', '.join(self)}")


class _Made(NamedTuple):
    """A trainer of the library's, and what is known of it from the start."""

    handle: Handle
    info: Mapping[str, Any]
    figure: str


Callback = Callable[[Epoch], Any]
"""Hears of each epoch that has ended; True ends the run."""


class Trainer(TrainerArguments):
    """A run that is iterated over.

    >>> import numpy as np
    >>> from strata_mlp import Trainer
    >>> X = np.linspace(-1, 1, 200).reshape(-1, 1)
    >>> y = (X[:, 0] > 0).astype(int)
    >>> trainer = Trainer(X, y, hidden=(8,), lower="sgd,lr=0.1", upper="adam,lr=0.01", upper_layers=1, batch_size=8)
    >>> for epoch in trainer.epochs(3):
    ...     for step in epoch:
    ...         pass
    ...     trainer.groups["lower"].lr *= 0.9
    >>> step.global_step
    60
    >>> round(trainer.groups["lower"].lr, 4)
    0.0729
    >>> trainer.history[-1]["val_accuracy"] > 0.9
    True
    """

    def _begin(self, rows: Rows, settings: Dict[str, Any], measure_gradients: bool) -> None:
        self._settings = {"threads": _threads.limit(), **settings}
        self._measured = measure_gradients
        self._at = Progress()
        self._call_seconds: Optional[float] = None  # of a step, with its share of the validation
        self._stopped = False
        self._earlier: List[Dict[str, Any]] = []
        self._length_given = "epochs" in settings
        start = settings.get("from")
        self._from: Optional[Model] = start if isinstance(start, Model) else None
        if self._from is not None:
            del self._settings["from"]
        self._read = self._read_rows(rows)
        self._validation: Optional[Handle] = None
        if rows.eval_set is not None:
            if self._settings.pop("validation_split", 0):
                raise SettingsError("the validation rows are an eval_set or a validation_split, not both")
            self._validation = validation_rows(self._read, rows.eval_set)
        self._made = self._make()

    def _read_rows(self, rows: Rows) -> ReadRows:
        if rows.X is None:
            if rows.y is not None or rows.sample_weight is not None:
                raise SettingsError("y and sample_weight belong to X, which is missing")
            handle = _library.make("data", "data_load", self._json())
            return ReadRows(handle, rows.targets or "classes", None)
        if self._settings.get("data") is not None:
            raise SettingsError("the rows are X and y, or those of data, not both")
        names = self._settings.pop("class_names", None)
        return read_rows(rows._replace(class_names=names), self._settings.get("loss"))

    def _json(self) -> bytes:
        return settings_json(self._settings)

    def _make(self) -> _Made:
        handle = _library.make(
            "trainer",
            "trainer_new",
            self._read.data.pointer,
            _library.pointer_of(self._validation),
            self._json(),
            None if self._from is None else self._from._handle.pointer,
        )
        handle.keep = (self._read, self._validation)
        if self._measured:
            _library.check(library.strata_trainer_measure_gradients(handle.pointer, 1))
        info = _library.json_of("trainer_info", handle.pointer)
        return _Made(handle, info, str(info["figures"][0]))

    @property
    def _pointer(self) -> ctypes.c_void_p:
        return self._made.handle.pointer

    # ---- Training

    def epochs(self, count: Optional[int] = None) -> Iterator[Epoch]:
        """So many further epochs, one after the other; None: to the end of the run.

        A run ends after the setting `epochs`, at a limit, or by early stopping. Asked for more than `epochs`, it goes
        on beyond; schedules that follow its length are then drawn out to the new one.
        """
        if count is not None and count < 0:
            raise SettingsError(f"epochs: {count} is below 0")
        self._stopped = False
        if count is not None:
            self._reach(count)
        until = None if count is None else self.epochs_done + count
        while not self.ended and not self._stopped and (until is None or self.epochs_done < until):
            epoch = Epoch(self)
            yield epoch
            epoch.finish()

    def _reach(self, count: int) -> None:
        """Makes the run long enough for so many more epochs; as long as that, if nobody has said how long it is."""
        length = self.epochs_done + count
        unsaid = self._at.global_step == 0 and not self._length_given and count > 0
        if length > self._length or (unsaid and length != self._length):
            snapshot, earlier = self.snapshot(), self.history
            self._settings["epochs"] = length
            self._made = self._make()
            self.restore(snapshot)
            self._earlier = earlier

    @property
    def _length(self) -> int:
        return int(self.config["epochs"])

    def step(self) -> Optional[Step]:
        """One update; with an epoch's last one it is validated. None if the run has ended, or was stopped."""
        return self.advance(1)

    def advance(self, steps: int) -> Optional[Step]:
        """So many updates, or those that are left of the epoch. The last of them; None if there was none."""
        if steps < 1:
            raise SettingsError(f"steps: {steps} is below 1")
        before = self._at.global_step
        while self._train(steps) and self._at.global_step == before:
            pass  # that call had only the validation to make up which a stop had kept an epoch from
        return None if self._at.global_step == before else Step(self._at, self.figure)

    def run(
        self, epochs: Optional[int] = None, *, callbacks: Sequence[Callback] = (), verbose: Union[bool, int] = False
    ) -> Trainer:
        """Trains so many further epochs, or to the end of the run.

        `callbacks` hear of each epoch that has ended; one that returns True stops the run there. ctrl-C stops it
        within a step: KeyboardInterrupt is raised, what was learnt is kept, and `run` goes on from there.
        """
        shown = Shown.chosen(verbose)
        for epoch in self.epochs(epochs):
            if shown is not None:
                shown.train(self, epoch)
            epoch.finish()
            if self._stopped:
                break
            if shown is not None:
                shown.tell(self, epoch)
            answers = [callback(epoch) for callback in callbacks]
            if True in answers:
                break
        return self

    def stop(self) -> None:
        """Ends a `run` that goes on, or the next, within a step. Any thread may call it."""
        library.strata_trainer_stop(self._pointer)

    def _train(self, steps: int) -> bool:
        """So many steps of the epoch, 0 for all that are left. Whether the run goes on."""
        if self._at.ended:
            return False
        before, seconds = self._at.global_step, self._at.seconds
        if self._is_long(steps) and threading.current_thread() is threading.main_thread():
            code, message = self._run_aside(steps)
        else:
            code, message = library.strata_trainer_run(self._pointer, steps, ctypes.byref(self._at)), None
        made = self._at.global_step - before
        if made > 0:
            self._call_seconds = (self._at.seconds - seconds) / made
        if code == _library.STOPPED:
            self._stopped = True
            return False
        if code != _library.OK:
            self._fail(code, message)
        return not self._at.ended

    def _is_long(self, steps: int) -> bool:
        """Whether so many steps may take longer than ctrl-C should wait."""
        if self._call_seconds is None:
            return True
        left = self._at.steps_per_epoch - (0 if self._at.epoch_ended else self._at.step)
        return self._call_seconds * min(steps or left, left) > _SECONDS_WITHOUT_CTRL_C

    def _run_aside(self, steps: int) -> Tuple[int, Optional[str]]:
        """The same by another thread, for which this one waits. Whatever a signal raises here stops that one first."""
        answer: List[Tuple[int, str]] = []
        done = threading.Lock()
        done.acquire()

        def work() -> None:
            try:
                code = library.strata_trainer_run(self._pointer, steps, ctypes.byref(self._at))
                answer.append((code, "" if code == _library.OK else _library.message()))
            finally:
                done.release()

        aside = Aside(work)
        try:
            aside.start()
            done.acquire()
        except BaseException:
            aside.give_up(self.stop)
            self._stopped = True
            self.stop()  # whatever has become of the first one, the next call answers this one and trains nothing
            library.strata_trainer_run(self._pointer, 1, ctypes.byref(self._at))
            raise
        return answer[0]

    @staticmethod
    def _fail(code: int, message: Optional[str]) -> NoReturn:
        if message is None:
            raise _library.error(code)
        raise _library.exception(code, message)

    # ---- What it knows

    @property
    def epochs_done(self) -> int:
        """Whole epochs, validated."""
        at = self._at
        return at.epoch if at.epoch_ended else max(at.epoch - 1, 0)

    @property
    def position(self) -> Optional[Step]:
        """The last step that was made; None before the first."""
        return Step(self._at, self.figure) if self._at.global_step > 0 else None

    @property
    def ended(self) -> bool:
        """Whether no step follows."""
        return bool(self._at.ended)

    @property
    def info(self) -> Mapping[str, Any]:
        """What the run is: parameters, rows of each part, steps_per_epoch, engine, threads, groups, config, …"""
        return self._made.info

    @property
    def config(self) -> Mapping[str, Any]:
        """Every setting with the value that holds."""
        return cast(Mapping[str, Any], self.info["config"])

    @property
    def figure(self) -> str:
        """The name of the first figure: accuracy, label_accuracy or mae."""
        return self._made.figure

    @property
    def classes(self) -> Optional[AnyArray]:
        """The classes of y, ascending; None of rows from files, and of labels and numbers."""
        return self._read.classes

    @property
    def groups(self) -> Dict[str, Group]:
        """Groups of layers by their names, the lowest first: lower and upper, or FIRST-LAST."""
        return Groups({group["name"]: Group(self, group) for group in self.info["groups"]})

    @property
    def history(self) -> List[Dict[str, Any]]:
        """What each epoch came to, as the lines of the command's metrics; pandas.DataFrame takes it."""
        return [*self._earlier, *_library.json_of("trainer_history", self._pointer)]

    @property
    def result(self) -> Dict[str, Any]:
        """What came of a run that has ended: status, figures, best_epoch, weights_hash, …"""
        return cast(Dict[str, Any], _library.json_of("trainer_result", self._pointer))

    @property
    def weights_hash(self) -> str:
        """XXH3-64 of the weights as they stand, as the command prints it."""
        return _library.weights_hash("trainer_weights_hash", self._made.handle)

    @property
    def weights(self) -> Dict[str, npt.NDArray[np.float32]]:
        """Copies of the weights: ``layers.0.weight`` (outputs, inputs), ``layers.0.bias`` (outputs), …"""
        return tensors("trainer", self._made.handle)

    @property
    def gradient_norms(self) -> npt.NDArray[np.float64]:
        """The L2 norm of the last step's gradient of each layer, before any clipping; needs measure_gradients=True."""
        norms = np.zeros(len(self.info["layers"]), dtype=np.float64)
        pointer = norms.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        _library.check(library.strata_trainer_gradient_norms(self._pointer, pointer, norms.size))
        return norms

    @property
    def model(self) -> Model:
        """The model as it stands; after the run that of its result."""
        return Model(_library.make("model", "trainer_model", self._pointer, 0))

    @property
    def best_model(self) -> Model:
        """The best epoch's model so far; needs restore_best=True."""
        return Model(_library.make("model", "trainer_model", self._pointer, 1))

    def report(self, path: PathLike, X: Any = None, y: Any = None) -> None:
        """Writes the run's page, as `strata report` does of a run's folder.

        With rows the page also says which of them the model takes for what: which are often confused, and how sure it
        is.
        """
        model = self.model
        record = Record(self.info, self.history, self.result if self.ended else None)
        write_report(path, "trainer", record, model, None if X is None else model._rows(X, y))

    # ---- Going on elsewhere

    def snapshot(self) -> bytes:
        """All of the run at this moment: weights, optimizers, position, rates that were set."""
        return _library.bytes_of("trainer_snapshot", self._pointer)

    def restore(self, snapshot: bytes) -> Trainer:
        """Goes on from a snapshot of a run with the same data and settings, bit for bit."""
        _library.check(library.strata_trainer_restore(self._pointer, snapshot, len(snapshot)))
        self._earlier = []
        _library.check(library.strata_trainer_position(self._pointer, ctypes.byref(self._at)))
        return self

    def inherit(self, snapshot: bytes) -> Trainer:
        """Before the first step: takes weights, optimizers and scalers of a run with the same network on other data.

        Their classes are to be the same, and their numbers are read alike: rows whose values need no offset always are.
        """
        _library.check(library.strata_trainer_inherit(self._pointer, snapshot, len(snapshot)))
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a trainer cannot be pickled; pickle its snapshot(), or its model")

    def __repr__(self) -> str:
        at = self._at
        return f"Trainer({self.info['parameters']} parameters, epoch {at.epoch}, {at.global_step} steps)"

    def _repr_html_(self) -> str:
        return trainer_html(self)
