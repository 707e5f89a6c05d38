"""Rows in memory as the library reads them: arrays, what they say of targets, names."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, List, Literal, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import numpy.typing as npt

from . import _library
from ._library import Array, Handle
from .errors import DataError, SettingsError

Targets = Literal["classes", "labels", "numbers"]
AnyArray = npt.NDArray[Any]

_KINDS = {"labels": 1, "numbers": 2}
DTYPES = {"b1": 0, "u1": 1, "i1": 2, "u2": 3, "i2": 4, "u4": 5, "i4": 6, "u8": 7, "i8": 8, "f2": 9, "f4": 10, "f8": 11}


class Rows(NamedTuple):
    """What a caller gives to train on, as it is."""

    X: Any = None
    y: Any = None
    sample_weight: Any = None
    eval_set: Any = None
    targets: Optional[Targets] = None
    names: Optional[Sequence[str]] = None  # of the features, if X cannot tell
    classes: Optional[AnyArray] = None  # all of them, ascending, if y may lack some
    class_names: Optional[Sequence[str]] = None  # what to call them
    model: Optional[Handle] = None  # that they are read for, as its own rows were


def address_of(array: AnyArray) -> int:
    """Of its first element."""
    if array.flags.carray and array.size > 0:  # at a third of the price, which a prediction of one row notices
        buffer: Any = array  # NumPy's types do not say so everywhere
        return ctypes.addressof(ctypes.c_char.from_buffer(buffer))
    return array.ctypes.data


def described(array: AnyArray) -> Array:
    """The array as the library takes it: valid while the array lives."""
    numbers = ctypes.c_int64 * max(array.ndim, 1)
    strides = None if array.flags.c_contiguous else numbers(*array.strides)
    return Array(address_of(array), DTYPES[array.dtype.str[1:]], array.ndim, numbers(*array.shape), strides)


def readable(values: Any, what: str) -> AnyArray:
    """An array of a dtype that the library reads, in this machine's order of bytes."""
    array: AnyArray = np.asarray(values)
    if array.dtype.kind in "OUS":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as problem:
            raise DataError(f"{what}: {problem}; give numbers, and each category a column of 0 and 1") from None
    if array.dtype.kind == "c":
        raise DataError(f"{what}: complex data not supported; give real numbers")
    if array.dtype.str[1:] not in DTYPES:
        if array.dtype.kind != "f":
            raise DataError(f"{what}: elements of type {array.dtype}; give numbers")
        array = array.astype(np.float64)
    if array.dtype.byteorder == (">" if sys.byteorder == "little" else "<"):
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def _columns(frame: Any) -> Optional[List[str]]:
    """The names of a dataframe's columns, if all are texts; of any other object None."""
    columns = getattr(frame, "column_names", None)  # Arrow
    if columns is None:
        columns = getattr(frame, "columns", None)
    if columns is None or callable(columns):
        return None
    names = list(columns)
    return names if names and all(isinstance(name, str) for name in names) else None


def eager(frame: Any) -> Any:
    """A dataframe that is computed only when it is asked for, of any library that narwhals knows, as one that is.

    All else, arrays among it, as it is.
    """
    if hasattr(frame, "__array__") or hasattr(frame, "toarray") or isinstance(frame, (list, tuple)):
        return frame
    try:
        import narwhals
    except ImportError:
        return frame
    native = narwhals.from_native(frame, pass_through=True)
    return native.collect().to_native() if isinstance(native, narwhals.LazyFrame) else frame


def _frame_array(frame: Any) -> Any:
    """A dataframe's values; other objects as they are."""
    if hasattr(frame, "to_numpy"):
        return frame.to_numpy()
    if hasattr(frame, "column_names"):
        return np.column_stack([np.asarray(frame[name]) for name in frame.column_names])
    return frame


def features_of(X: Any, what: str = "X") -> Tuple[AnyArray, Optional[List[str]]]:
    """Features as an array, and their names if they have any."""
    X = eager(X)
    names = _columns(X)
    if hasattr(X, "toarray"):
        raise DataError(f"{what} is a sparse matrix; give its .toarray()")
    return readable(_frame_array(X), what), names


def kind_of_targets(y: AnyArray, loss: Optional[str]) -> Targets:
    """What y holds, by the loss if that says it, else by its type and shape."""
    rule = (loss or "").split(",")[0]
    if rule in ("mse", "mae", "huber", "quantile"):
        return "numbers"
    several = y.ndim == 2 and y.shape[1] > 1
    if rule == "softmax_cross_entropy":
        return "classes"
    if rule == "binary_cross_entropy":
        return "labels" if several else "classes"
    if y.dtype.kind == "f":
        return "numbers"
    return "labels" if several else "classes"


class ReadRows(NamedTuple):
    """Rows as the library has them, and what their classes are called here."""

    data: Handle
    targets: Targets
    classes: Optional[AnyArray]


def class_names(classes: AnyArray) -> List[str]:
    return [str(value) for value in classes.tolist()]


def new_data(X: AnyArray, names: Optional[Sequence[str]] = None, like: Optional[Handle] = None) -> Handle:
    """Features without targets."""
    handle = _library.make("data", "data_new", ctypes.byref(described(X)), _library.pointer_of(like), keep=[X])
    if names is not None and like is None:
        _library.check(_library.library.strata_data_set_feature_names(handle.pointer, *_library.names_array(names)))
    return handle


def data_for_model(X: AnyArray, model: Handle) -> Handle:
    """Features that are read as the model's own were, without targets."""
    return _library.make("data", "data_for_model", ctypes.byref(described(X)), model.pointer, keep=[X])


def set_classes(data: Handle, indices: AnyArray, names: Optional[Sequence[str]]) -> None:
    """`indices` count the classes of these names; None of rows that are like others."""
    indices = np.ascontiguousarray(indices)
    _library.check(
        _library.library.strata_data_set_classes(
            data.pointer, ctypes.byref(described(indices)), *_library.names_array(names)
        )
    )


def set_targets(data: Handle, kind: Targets, y: AnyArray, names: Optional[Sequence[str]] = None) -> None:
    data.keep.append(y)
    _library.check(
        _library.library.strata_data_set_targets(
            data.pointer, _KINDS[kind], ctypes.byref(described(y)), *_library.names_array(names)
        )
    )


def set_weights(data: Handle, sample_weight: Any) -> None:
    weights = readable(sample_weight, "sample_weight")
    _library.check(_library.library.strata_data_set_row_weights(data.pointer, ctypes.byref(described(weights))))


def class_indices(y: AnyArray, classes: AnyArray, what: str) -> npt.NDArray[np.int64]:
    """Of each row the index of its class. Throws for a class that `classes`, which ascend, lack."""
    indices = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
    unknown = classes[indices] != y
    if np.any(unknown):
        raise DataError(f"{what} has the class {np.asarray(y)[unknown].tolist()[0]!r}, which the training rows lack")
    return indices


def column(y: AnyArray, what: str) -> AnyArray:
    """Y of shape (rows) or (rows, 1) as (rows)."""
    if y.ndim == 2 and y.shape[1] == 1:
        return y[:, 0]
    if y.ndim != 1:
        raise DataError(f"{what} has the shape {y.shape}, expected ({y.shape[0] if y.ndim else 'rows'},)")
    return y


def read_rows(rows: Rows, loss: Optional[str]) -> ReadRows:
    """Training rows with what there is to learn of them."""
    X, names = features_of(rows.X)
    if rows.y is None:
        raise DataError("y is missing: what is to be learnt of each row")
    targets = eager(rows.y)
    y_names = _columns(targets)
    y = np.asarray(_frame_array(targets))
    kind = rows.targets or kind_of_targets(y, loss)
    data = new_data(X, rows.names or names) if rows.model is None else data_for_model(X, rows.model)
    classes: Optional[AnyArray] = None
    if kind == "classes":
        classes = np.unique(column(y, "y")) if rows.classes is None else rows.classes
        called = rows.class_names or class_names(classes)
        if len(called) != len(classes):
            raise SettingsError(f"class_names has {len(called)} names, expected one for each of {len(classes)} classes")
        set_classes(data, class_indices(column(y, "y"), classes, "y"), called)
    else:
        set_targets(data, kind, readable(y, "y"), y_names)
    if rows.sample_weight is not None:
        set_weights(data, rows.sample_weight)
    return ReadRows(data, kind, classes)


def pair(eval_set: Any) -> Tuple[Any, Any]:
    """The validation rows: (X, y), or a list with one such pair."""
    if isinstance(eval_set, list) and len(eval_set) == 1:
        eval_set = eval_set[0]
    if not isinstance(eval_set, (tuple, list)) or len(eval_set) != 2:
        raise DataError("eval_set is not a pair (X, y)")
    return eval_set[0], eval_set[1]


def read_more_rows(data: Handle, X: Any, y: Any, what: str, targets: Targets, classes: Optional[AnyArray]) -> None:
    """Gives rows that are like others, or for a model, their targets."""
    values = np.asarray(_frame_array(eager(y)))
    if targets != "classes":
        set_targets(data, targets, readable(values, f"{what}: y"))
    elif classes is not None:
        set_classes(data, class_indices(column(values, f"{what}: y"), classes, what), None)
    else:
        set_classes(data, readable(column(values, f"{what}: y"), f"{what}: y"), None)


def validation_rows(read: ReadRows, eval_set: Any) -> Handle:
    """The validation rows of training rows."""
    X, y = pair(eval_set)
    features, _ = features_of(X, "eval_set: X")
    data = new_data(features, like=read.data)
    read_more_rows(data, X, y, "eval_set", read.targets, read.classes)
    return data
