"""The C library: found, loaded, its functions with their types, its codes as exceptions.

ctypes lets other threads of Python run while one of these functions does.
"""

from __future__ import annotations

import ctypes
import json
import os
from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Type, cast

from .errors import DataError, DivergedError, SettingsError, StrataError

ABI_VERSION = 1

OK = 0
STOPPED = 130
_ERRORS: Dict[int, Type[StrataError]] = {2: SettingsError, 3: DataError, 4: DivergedError}


class Array(Structure):
    """strata_array."""

    _fields_ = [
        ("data", c_void_p),
        ("dtype", c_int),
        ("rank", c_int),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
    ]


class Progress(Structure):
    """strata_progress: where a run stands. Figures that do not exist are NaN."""

    global_step: int
    step: int
    steps_per_epoch: int
    epoch: int
    best_epoch: int
    epoch_ended: int
    ended: int
    loss: float
    mean_loss: float
    mean_figure: float
    val_loss: float
    val_figure: float
    seconds: float

    _fields_ = [
        ("global_step", c_uint64),
        ("step", c_uint64),
        ("steps_per_epoch", c_uint64),
        ("epoch", c_uint32),
        ("best_epoch", c_uint32),
        ("epoch_ended", c_int32),
        ("ended", c_int32),
        ("loss", c_double),
        ("mean_loss", c_double),
        ("mean_figure", c_double),
        ("val_loss", c_double),
        ("val_figure", c_double),
        ("seconds", c_double),
    ]


Listener = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p)

_HANDLE = POINTER(c_void_p)
_NAMES = POINTER(c_char_p)
_TEXT = POINTER(c_void_p)  # char **, whose memory is ours to free
_ARRAY = POINTER(Array)

# Of every function that returns a code, its arguments.
_FUNCTIONS: Dict[str, Sequence[Any]] = {
    "data_new": [_ARRAY, c_void_p, _HANDLE],
    "data_load": [c_char_p, _HANDLE],
    "data_set_classes": [c_void_p, _ARRAY, _NAMES, c_size_t],
    "data_set_targets": [c_void_p, c_int, _ARRAY, _NAMES, c_size_t],
    "data_set_row_weights": [c_void_p, _ARRAY],
    "data_set_feature_names": [c_void_p, _NAMES, c_size_t],
    "data_info": [c_void_p, _TEXT],
    "data_for_model": [_ARRAY, c_void_p, _HANDLE],
    "data_load_for_model": [c_char_p, c_void_p, _HANDLE],
    "trainer_new": [c_void_p, c_void_p, c_char_p, c_void_p, _HANDLE],
    "trainer_run": [c_void_p, c_uint64, POINTER(Progress)],
    "trainer_position": [c_void_p, POINTER(Progress)],
    "trainer_info": [c_void_p, _TEXT],
    "trainer_history": [c_void_p, _TEXT],
    "trainer_result": [c_void_p, _TEXT],
    "trainer_rate": [c_void_p, c_char_p, POINTER(c_double)],
    "trainer_set_rate": [c_void_p, c_char_p, c_double],
    "trainer_weights_hash": [c_void_p, c_char_p],
    "trainer_tensors": [c_void_p, _TEXT],
    "trainer_tensor": [c_void_p, c_char_p, POINTER(c_float), c_size_t],
    "trainer_measure_gradients": [c_void_p, c_int],
    "trainer_gradient_norms": [c_void_p, POINTER(c_double), c_size_t],
    "trainer_snapshot": [c_void_p, _TEXT, POINTER(c_size_t)],
    "trainer_restore": [c_void_p, c_char_p, c_size_t],
    "trainer_inherit": [c_void_p, c_char_p, c_size_t],
    "trainer_model": [c_void_p, c_int, _HANDLE],
    "model_load": [c_char_p, _HANDLE],
    "model_parse": [c_char_p, c_size_t, _HANDLE],
    "model_set_note": [c_void_p, c_char_p, c_char_p],
    "model_save": [c_void_p, c_char_p],
    "model_bytes": [c_void_p, _TEXT, POINTER(c_size_t)],
    "model_export_onnx": [c_void_p, c_char_p],
    "model_onnx_bytes": [c_void_p, _TEXT, POINTER(c_size_t)],
    "model_info": [c_void_p, _TEXT],
    "model_weights_hash": [c_void_p, c_char_p],
    "model_tensors": [c_void_p, _TEXT],
    "model_tensor": [c_void_p, c_char_p, POINTER(c_float), c_size_t],
    "model_predict": [c_void_p, _ARRAY, c_int, c_void_p, c_size_t],
    "model_evaluate": [c_void_p, c_void_p, c_int, _TEXT],
    "model_importance": [c_void_p, c_void_p, c_int, _TEXT],
    "find_lr": [c_void_p, c_void_p, c_char_p, Listener, c_void_p, _TEXT],
    "report": [_NAMES, c_size_t, c_void_p, c_char_p],
    "sweep": [c_void_p, c_void_p, c_char_p, Listener, c_void_p, _TEXT, _HANDLE],
}
# Of those that cannot fail, what they return and take.
_SURE_FUNCTIONS: Dict[str, Tuple[Any, Sequence[Any]]] = {
    "version": (c_char_p, []),
    "abi_version": (c_int, []),
    "message": (c_char_p, []),
    "settings_schema": (c_char_p, []),
    "find_lr_schema": (c_char_p, []),
    "sweep_schema": (c_char_p, []),
    "free": (None, [c_void_p]),
    "data_free": (None, [c_void_p]),
    "data_rows": (c_size_t, [c_void_p]),
    "data_features": (c_size_t, [c_void_p]),
    "trainer_free": (None, [c_void_p]),
    "trainer_stop": (None, [c_void_p]),
    "trainer_group_count": (c_size_t, [c_void_p]),
    "trainer_group_name": (c_char_p, [c_void_p, c_size_t]),
    "model_free": (None, [c_void_p]),
    "model_features": (c_size_t, [c_void_p]),
    "model_outputs": (c_size_t, [c_void_p]),
}


def _library_path() -> Path:
    """The library that STRATA_LIBRARY names, else the one beside this module."""
    named = os.environ.get("STRATA_LIBRARY")
    if named:
        return Path(named)
    here = Path(__file__).parent
    found = sorted(here.glob("libstrata.so*")) + sorted(here.glob("libstrata*.dylib"))
    if not found:
        raise ImportError(
            f"strata_mlp: there is no libstrata in {here}; install the package again, or build it: pip install ."
        )
    return found[0]


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(str(_library_path()))
    for name, arguments in _FUNCTIONS.items():
        function = getattr(library, f"strata_{name}")
        function.restype, function.argtypes = c_int, list(arguments)
    for name, (result, arguments) in _SURE_FUNCTIONS.items():
        function = getattr(library, f"strata_{name}")
        function.restype, function.argtypes = result, list(arguments)
    found = library.strata_abi_version()
    if found != ABI_VERSION:
        raise ImportError(
            f"strata_mlp: its library speaks ABI {found}, expected {ABI_VERSION}; install the package again"
        )
    return library


library = _load()


def message() -> str:
    return cast(bytes, library.strata_message()).decode()


def exception(code: int, why: str) -> StrataError:
    return _ERRORS.get(code, StrataError)(why)


def error(code: int) -> StrataError:
    """The exception of a call that failed, by the thread that made it."""
    return exception(code, message())


def check(code: int) -> None:
    if code != OK:
        raise error(code)


class Handle:
    """A handle of the library's, freed with its object."""

    def __init__(self, kind: str, pointer: c_void_p, keep: Any = None) -> None:
        self.pointer = pointer
        self.keep = keep  # what must live as long: arrays that are read in place
        self._free: Callable[[c_void_p], None] = getattr(library, f"strata_{kind}_free")

    def __del__(self) -> None:
        pointer, self.pointer = getattr(self, "pointer", None), c_void_p()
        if pointer:
            self._free(pointer)


def make(kind: str, function: str, *arguments: Any, keep: Any = None) -> Handle:
    """The handle that a function gives by its last argument."""
    pointer = c_void_p()
    check(getattr(library, f"strata_{function}")(*arguments, ctypes.byref(pointer)))
    return Handle(kind, pointer, keep)


def pointer_of(handle: Optional[Handle]) -> Optional[c_void_p]:
    return None if handle is None else handle.pointer


def _taken(pointer: c_void_p, size: Optional[int] = None) -> bytes:
    """A copy of memory that the library gave us; the memory is freed."""
    try:
        if size is None:
            return ctypes.cast(pointer, c_char_p).value or b""
        return ctypes.string_at(pointer, size)
    finally:
        library.strata_free(pointer)


def text(function: str, *arguments: Any) -> str:
    """What a function gives as a text by its last argument."""
    pointer = c_void_p()
    check(getattr(library, f"strata_{function}")(*arguments, ctypes.byref(pointer)))
    return _taken(pointer).decode()


def json_of(function: str, *arguments: Any) -> Any:
    return json.loads(text(function, *arguments))


def taken_json(pointer: c_void_p) -> Any:
    return json.loads(_taken(pointer))


def bytes_of(function: str, *arguments: Any) -> bytes:
    """What a function gives as bytes by its last two arguments."""
    pointer, size = c_void_p(), c_size_t()
    check(getattr(library, f"strata_{function}")(*arguments, ctypes.byref(pointer), ctypes.byref(size)))
    return _taken(pointer, size.value)


def weights_hash(function: str, handle: Handle) -> str:
    buffer = ctypes.create_string_buffer(17)
    check(getattr(library, f"strata_{function}")(handle.pointer, buffer))
    return buffer.value.decode()


def names_array(names: Optional[Sequence[str]]) -> Tuple[Any, int]:
    """Names as a function takes them: null and 0 for none."""
    if names is None:
        return None, 0
    encoded: List[bytes] = [name.encode() for name in names]
    return (c_char_p * len(encoded))(*encoded), len(encoded)


def settings_schema() -> Dict[str, Any]:
    """The table of settings as a JSON Schema."""
    return cast(Dict[str, Any], json.loads(library.strata_settings_schema()))


def version() -> str:
    return cast(bytes, library.strata_version()).decode()
