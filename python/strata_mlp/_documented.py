"""Functions with many parameters: what each means is said once, and a wrong name is told as what it may be."""

from __future__ import annotations

import difflib
import functools
import inspect
import textwrap
from typing import Any, Callable, Collection, Dict, Sequence, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])

# What other libraries, and the command, call a parameter; of several names those that the function has are told.
_CALLED_ELSEWHERE: Dict[str, Sequence[str]] = {
    "alpha": ("lower", "upper"),
    "batch": ("batch_size",),
    "class_weight": ("class_weights",),
    "class_weights": ("class_weight",),
    "early_stopping_rounds": ("early_stopping",),
    "hidden_layer_sizes": ("hidden",),
    "hidden_layers": ("hidden",),
    "layers": ("hidden",),
    "learning_rate": ("lower", "upper"),
    "learning_rate_init": ("lower", "upper"),
    "lr": ("lower", "upper"),
    "max_epochs": ("epochs",),
    "max_iter": ("epochs",),
    "momentum": ("lower", "upper"),
    "n_epochs": ("epochs",),
    "n_iter": ("epochs",),
    "n_iter_no_change": ("early_stopping",),
    "n_jobs": ("threads", "jobs"),
    "n_threads": ("n_jobs", "threads"),
    "optimizer": ("lower", "upper", "group"),
    "patience": ("early_stopping",),
    "random_state": ("seed",),
    "seed": ("random_state",),
    "solver": ("lower", "upper"),
    "threads": ("n_jobs",),
    "tol": ("min_delta",),
    "validation_data": ("eval_set",),
    "validation_fraction": ("validation_split",),
    "weight_decay": ("lower", "upper"),
}
# Who takes what these functions do not.
_TAKEN_BY = {
    "callbacks": "fit takes them, and a trainer's run",
    "eval_set": "fit takes it",
    "sample_weight": "fit takes it",
    "verbose": "a trainer's run takes it",
}
# Of optimizers, whose keys these are.
_OF_OPTIMIZERS = (
    "alpha",
    "learning_rate",
    "learning_rate_init",
    "lr",
    "momentum",
    "optimizer",
    "solver",
    "weight_decay",
)


UNSAID: Any = type("Unsaid", (), {"__repr__": lambda self: "UNSAID"})()
"""The value of a setting that a caller has not given."""


def documented(*tables: str, settings: Collection[str] = ()) -> Callable[[Function], Function]:
    """Adds to a function's docstring its parameters, with their types, defaults and what the tables say of them.

    A table has a name a line, and below it its text, indented. What a later table says holds. A call with a keyword
    that the function lacks raises a TypeError that names what the caller has called, and what was perhaps meant. Of the
    `settings` those that a call does not give are UNSAID to the function: a default that is given may mean something.
    """
    texts = {name: text for table in tables for name, text in _entries(table).items()}

    def add(function: Function) -> Function:
        lines = [inspect.cleandoc(function.__doc__ or ""), "", "Parameters", "----------"]
        parameters = inspect.signature(function).parameters
        for name, parameter in parameters.items():
            if name != "self":
                default = repr(parameter.default).replace("'", '"')
                lines.append(f"{name} : {parameter.annotation}, default={default}")
                lines.append(textwrap.fill(texts[name], 96, initial_indent="    ", subsequent_indent="    "))
        function.__doc__ = "\n".join(lines) + "\n"
        by_name = [name for name, parameter in parameters.items() if parameter.kind is inspect.Parameter.KEYWORD_ONLY]
        by_place = len(parameters) - len(by_name)
        unsaid = {name: UNSAID for name in by_name if name.rstrip("_") in settings}
        is_method = "self" in parameters

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            unknown = kwargs.keys() - parameters.keys()
            if len(args) > by_place or unknown:
                what = type(args[0]).__name__ if is_method else function.__name__
                if not unknown:
                    raise TypeError(f"{what}() takes its arguments by name, such as {by_name[0]}=…")
                first = next(name for name in kwargs if name in unknown)
                raise TypeError(f"{what}() has no argument {first!r}: {_hint(what, first, list(parameters))}")
            return function(*args, **{**unsaid, **kwargs})

        return cast(Function, called)

    return add


def _hint(what: str, unknown: str, names: Sequence[str]) -> str:
    """What a caller of `what`, whose parameters have these names, has perhaps meant."""
    meant = [name for name in _CALLED_ELSEWHERE.get(unknown, ()) if name in names]
    if unknown in _OF_OPTIMIZERS and meant:
        return 'an optimizer\'s keys are given with it, lower="sgd,lr=0.01", upper="adam,lr=0.001"'
    if not meant and unknown not in _TAKEN_BY:
        meant = difflib.get_close_matches(unknown, names, 2, 0.7)
    if meant:
        return f"did you mean {' or '.join(meant)}?"
    if unknown in _TAKEN_BY:
        return _TAKEN_BY[unknown]
    return f"help({what}) lists them all"


def _entries(table: str) -> Dict[str, str]:
    entries: Dict[str, str] = {}
    name = ""
    for line in table.splitlines():
        if line.startswith(" "):
            entries[name] = f"{entries.get(name, '')} {line.strip()}".strip()
        else:
            name = line
    return entries
