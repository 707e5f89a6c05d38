"""A trained model: predicts, evaluates, is saved and read again."""

from __future__ import annotations

import ctypes
import os
import threading
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union, cast

import numpy as np
import numpy.typing as npt

from . import _library, _threads
from ._library import Array, Handle, library
from ._rows import DTYPES, Targets, address_of, data_for_model, described, features_of, read_more_rows
from ._settings import settings_json
from .display import rows_html, rows_text
from .errors import DataError


def tensors(kind: str, handle: Handle) -> Dict[str, npt.NDArray[np.float32]]:
    """Copies of a trainer's or a model's weights."""
    copies = {}
    for tensor in _library.json_of(f"{kind}_tensors", handle.pointer):
        values = np.empty(tensor["shape"], dtype=np.float32)
        pointer = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        function = getattr(library, f"strata_{kind}_tensor")
        _library.check(function(handle.pointer, tensor["name"].encode(), pointer, values.size))
        copies[tensor["name"]] = values
    return copies


_MOST_SHOWN = 20
_ROWS_OF_ONE_THREAD = 96  # so many the library predicts by one, whatever it may take


class Importance(List[Dict[str, Any]]):
    """Which features a model goes by: ``name``, ``mean`` and ``deviation`` of each, in their order.

    ``mean`` is by how much the loss rises when the feature's values are shuffled among the rows, ``deviation`` that of
    five times. A table's columns and an image's squares stand for all of their features.
    """

    loss: float = 0.0
    """of the rows as they are"""
    rows: int = 0
    """how many of them were shuffled"""
    repeats: int = 0
    map: Optional[Dict[str, int]] = None
    """of images, how they are divided: rows, columns and side of the squares"""

    @classmethod
    def _of(cls, found: Mapping[str, Any]) -> Importance:
        importance = cls(found["importance"])
        importance.loss = found["importance_of"]["loss"]
        importance.rows = found["importance_of"]["rows"]
        importance.repeats = found["importance_of"]["repeats"]
        importance.map = found.get("importance_map")
        return importance

    _shown = ("name", "mean", "deviation")

    def _ranked(self) -> List[Dict[str, Any]]:
        """What counts most, first."""
        return sorted(self, key=lambda block: -float(block["mean"]))[:_MOST_SHOWN]

    def __repr__(self) -> str:
        left = len(self) - _MOST_SHOWN
        return rows_text(self._ranked(), self._shown) + (f"\n… and {left} that count less" if left > 0 else "")

    def _repr_html_(self) -> str:
        some = f", the {_MOST_SHOWN} of {len(self)} that count most" if len(self) > _MOST_SHOWN else ""
        return rows_html(f"By how much the loss rises{some}", self._ranked(), self._shown)


class Model:
    """A trained model, from a file or from whatever trained it.

    >>> import numpy as np
    >>> from strata_mlp import Model, Trainer
    >>> X = np.linspace(-1, 1, 200).reshape(-1, 1)
    >>> trainer = Trainer(X, (X[:, 0] > 0).astype(int), hidden=(8,), batch_size=8, epochs=5)
    >>> model = trainer.run().model
    >>> model.predict_proba(X[:3]).shape
    (3, 2)
    >>> again = Model.from_bytes(model.to_bytes())
    >>> again.weights_hash == model.weights_hash
    True
    """

    def __init__(self, path: Union[str, os.PathLike[str], Handle]) -> None:
        """Reads a model file (.safetensors) or the folder of a run."""
        self._handle = (
            path if isinstance(path, Handle) else _library.make("model", "model_load", os.fsencode(os.fspath(path)))
        )
        self._info: Optional[Dict[str, Any]] = None
        self._names: Optional[npt.NDArray[Any]] = None
        self._n_outputs = int(library.strata_model_outputs(self._handle.pointer))
        self._used = threading.Lock()  # a handle is for one thread at a time
        self._shape = (ctypes.c_int64 * 2)()
        self._array = Array(None, DTYPES["f4"], 2, self._shape, None)

    @classmethod
    def load(cls, path: Union[str, os.PathLike[str]]) -> Model:
        """Reads a model file (.safetensors) or the folder of a run."""
        return cls(path)

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Reads the bytes of a model file."""
        return cls(_library.make("model", "model_parse", data, len(data)))

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes a .safetensors file, whole or not at all."""
        with self._used:
            _library.check(library.strata_model_save(self._handle.pointer, os.fsencode(os.fspath(path))))

    def to_bytes(self) -> bytes:
        """The bytes of such a file."""
        with self._used:
            return _library.bytes_of("model_bytes", self._handle.pointer)

    def export_onnx(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes an ONNX file, which takes raw features: the scaler is inside."""
        with self._used:
            _library.check(library.strata_model_export_onnx(self._handle.pointer, os.fsencode(os.fspath(path))))

    def to_onnx_bytes(self) -> bytes:
        """The bytes of an ONNX file."""
        with self._used:
            return _library.bytes_of("model_onnx_bytes", self._handle.pointer)

    @property
    def info(self) -> Mapping[str, Any]:
        """What `strata info --json` says of the model."""
        with self._used:
            if self._info is None:
                self._info = _library.json_of("model_info", self._handle.pointer)
            return self._info

    def set_note(self, name: str, text: str) -> None:
        """Keeps a text with the model: its files have it, and `info` among its `metadata`. "" takes it away."""
        with self._used:
            self._info = None
            _library.check(library.strata_model_set_note(self._handle.pointer, name.encode(), text.encode()))

    @property
    def weights_hash(self) -> str:
        """XXH3-64 of the weights, as the command prints it."""
        with self._used:
            return _library.weights_hash("model_weights_hash", self._handle)

    @property
    def weights(self) -> Dict[str, npt.NDArray[np.float32]]:
        """Copies of the weights: ``layers.0.weight`` (outputs, inputs), ``layers.0.bias`` (outputs), …"""
        with self._used:
            return tensors("model", self._handle)

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return int(library.strata_model_features(self._handle.pointer))

    @property
    def n_outputs(self) -> int:
        """Numbers in a row of predictions."""
        return self._n_outputs

    def outputs(self, X: Any, threads: int = 0) -> npt.NDArray[np.float32]:
        """The network's predictions of every row, of shape (rows, outputs).

        Probabilities of the classes, of one output of the second class; of labels, of each; numbers in the targets' own
        units. `threads`: 0 for as many as this process may use.
        """
        features = X if type(X) is np.ndarray and X.dtype == np.float32 else features_of(X)[0]
        if features.ndim == 0:
            raise DataError("X is a single number, expected rows of features")
        predictions = np.empty((features.shape[0], self._n_outputs), dtype=np.float32)
        if predictions.size == 0:
            return predictions
        if threads == 0 and features.shape[0] > _ROWS_OF_ONE_THREAD:
            threads = _threads.limit() or 0
        place, count = address_of(predictions), predictions.size
        with self._used:
            array = self._described(features)
            code = library.strata_model_predict(self._handle.pointer, ctypes.byref(array), threads, place, count)
        _library.check(code)
        return predictions

    def _described(self, features: npt.NDArray[Any]) -> Array:
        """As described() has it; of the usual array a description that is kept, which one row's prediction notices."""
        if features.ndim != 2 or features.dtype != np.float32 or not features.flags.c_contiguous:
            return described(features)
        self._array.data = address_of(features)
        self._shape[0], self._shape[1] = features.shape
        return self._array

    def predict_proba(self, X: Any, threads: int = 0) -> npt.NDArray[np.float32]:
        """Probabilities of the classes, a column each; or of labels."""
        outputs = self.outputs(X, threads)
        if self.targets == "numbers":
            raise DataError("a model of numbers has no probabilities; call predict")
        if self.targets == "classes" and outputs.shape[1] == 1:
            return np.concatenate([1 - outputs, outputs], axis=1)
        return outputs

    def predict(self, X: Any, threads: int = 0) -> npt.NDArray[Any]:
        """The classes by their names; labels as 0 and 1, a column each; or numbers (rows, targets)."""
        outputs = self.outputs(X, threads)
        if self.targets == "numbers":
            return outputs
        if self.targets == "labels":
            return (outputs > self._threshold).astype(np.int64)
        chosen = outputs[:, 0] > self._threshold if outputs.shape[1] == 1 else outputs.argmax(axis=1)
        if self._names is None:
            self._names = np.asarray(self.output_names)
        return self._names[chosen.astype(np.int64)]

    def _rows(self, X: Any, y: Any) -> Handle:
        """Rows with what the model has learnt of them."""
        rows = data_for_model(features_of(X)[0], self._handle)
        read_more_rows(rows, None, self._read_classes(y), "the data", self.targets, None)
        return rows

    def evaluate(self, X: Any = None, y: Any = None, threads: int = 0, **data: Any) -> Dict[str, Any]:
        """The figures on rows, as `strata evaluate --json` gives them.

        `y` holds classes by their names or numbers, labels, or numbers. Without X the rows come from files, by the
        settings data, test_data, label_column, ….
        """
        return self._judged("evaluate", self._rows_to_judge(X, y, data), threads)

    def importance(self, X: Any = None, y: Any = None, threads: int = 0, **data: Any) -> Importance:
        """By how much the loss rises when a feature's values are shuffled, as `strata evaluate --importance` has it.

        Permutation importance, as scikit-learn's `permutation_importance` of the negative loss. The rows are those of
        `evaluate`; of many some are left out by chance. Of two features that tell the same neither may look important.
        """
        return Importance._of(self._judged("importance", self._rows_to_judge(X, y, data), threads))

    def _rows_to_judge(self, X: Any, y: Any, data: Mapping[str, Any]) -> Handle:
        if X is None:
            return _library.make("data", "data_load_for_model", settings_json(data), self._handle.pointer)
        if y is None:
            raise DataError("y is missing: what the model should say of each row")
        return self._rows(X, y)

    def _judged(self, function: str, rows: Handle, threads: int) -> Dict[str, Any]:
        threads = threads or _threads.limit() or 0
        with self._used:
            found: Dict[str, Any] = _library.json_of(f"model_{function}", self._handle.pointer, rows.pointer, threads)
        return found

    @property
    def targets(self) -> Targets:
        """What the model has learnt."""
        return cast(Targets, self.info["targets"])

    @property
    def output_names(self) -> Tuple[str, ...]:
        """Classes in the order of their probabilities, labels or targets, as texts."""
        return tuple(self.info["output_names"])

    def _read_classes(self, y: Any) -> Any:
        """Classes by their names as indices."""
        if self.targets != "classes":
            return y
        values = np.asarray(y)
        if values.dtype.kind not in "OUS":
            return values
        indices = {name: index for index, name in enumerate(self.output_names)}
        try:
            return np.array([indices[str(value)] for value in values.ravel()], dtype=np.int64)
        except KeyError as name:
            raise DataError(f"y has the class {name}, which the model lacks: {', '.join(indices)}") from None

    @property
    def _threshold(self) -> float:
        return float(self.info.get("threshold", 0.5))

    def __reduce__(self) -> Tuple[Any, ...]:
        return Model.from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        return f"Model({self.n_features} features, {self.n_outputs} outputs, {self.weights_hash})"
