"""Writes strata_mlp/_arguments.py: the keyword arguments, defaults and docstrings that follow from the settings.

python write_arguments.py libstrata.so          writes the file anew
python write_arguments.py --check libstrata.so  exits 1 if it is not what the table gives
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Any, Dict, List, Tuple

TARGET = Path(__file__).parent / "strata_mlp" / "_arguments.py"

# What a caller in Python keeps by other means: files that the command writes as it trains.
LEFT_OUT = ("Output",)
SECTIONS = (
    "Model",
    "Optimizers",
    "Training",
    "Regularisation and weighting",
    "Data",
    "Tables",
    "Common",
)
# Of estimators, whose rows and classes are X and y.
NOT_OF_ESTIMATORS = ("from", "new_output", "initial_weights", "class_names", "images", "resize", "gray")
OF_CLASSES = ("class_weights", "label_smoothing", "threshold")
OF_NUMBERS = ("target_scaler",)
SEARCH_SECTIONS = ("Range test", "Sweep")
PYTHON_WORDS = {"from": "from_"}

# (name, type, default, text) of what estimators have in place of a setting, or beside them all.
Argument = Tuple[str, str, Any, str]
RANDOM_STATE: Argument = (
    "random_state",
    "RandomState",
    None,
    "seed of initial weights, split, sampling and dropout, each its own stream: a whole number, or a NumPy generator "
    "that draws one at each fit; None: 42, so that a fit repeats",
)
N_JOBS: Argument = (
    "n_jobs",
    "Optional[int]",
    None,
    "threads that compute; the result is the same for every number. None: what affinity, quota and the limits in "
    "joblib's environment variables allow; -1: all that affinity and quota allow, -2: one less, and so on",
)
WARM_START: Argument = (
    "warm_start",
    "bool",
    False,
    "whether `fit` goes on where the last one stopped, weights, optimizers and scaler, instead of beginning anew",
)
VERBOSE: Argument = (
    "verbose",
    "Union[bool, int]",
    False,
    "whether `fit` shows how far it is: a live line in a terminal and in a notebook, a line an epoch elsewhere",
)
LOWER: Argument = (
    "lower",
    "Optional[Optimizer]",
    None,
    "optimizer of the lower layers (next to the input): NAME[,KEY=VALUE...]; None: sgd,lr=0.01, where `upper_layers` "
    "leaves any. Given, the first layer is always lower, also that of two",
)
EPOCHS: Argument = (
    "epochs",
    "Optional[int]",
    None,
    "passes over the training rows; None: 10, or as many as make 300 steps if those are more",
)
CLASS_WEIGHT: Argument = (
    "class_weight",
    "ClassWeight",
    None,
    "how much each class counts in the training loss: a dict of weights by class (the others 1), or 'balanced': "
    "training rows / (classes * the class' rows)",
)
OWN_DEFAULTS = {"validation_split": 0.0, "sampling": "shuffle"}
# he_normal draws the last layer so large that a regressor of few rows begins far from its targets.
OWN_DEFAULTS_OF_REGRESSORS = {"init": "glorot_uniform"}

HEADER = '''"""Keyword arguments, their defaults and what they mean.

Written by python/write_arguments.py from the library's tables of settings, with which a test compares it: not by hand.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Literal, Mapping, Optional, Sequence, Union

from numpy.random import Generator
from numpy.random import RandomState as NumpyRandomState

from ._documented import UNSAID, documented
from ._rows import Rows, Targets
from .model import Model
from .sweep import FoundRates, Heard, SweepResult, run_find_lr, run_sweep

Optimizer = Union[str, Mapping[str, Any]]
"""``"adam,lr=0.001"``, or ``{"name": "adam", "lr": 0.001}``."""
Groups = Union[str, Sequence[Optimizer], Mapping[str, Optimizer]]
"""``["0-1:sgd,lr=0.01", "2:adam"]``, or ``{"0-1": "sgd,lr=0.01", "2": "adam"}``."""
PathLike = Union[str, "os.PathLike[str]"]
RandomState = Union[None, int, Generator, NumpyRandomState]
ClassWeight = Union[None, Literal["balanced"], Mapping[Any, float]]
Optimizers = Union[Optimizer, Sequence[Optimizer]]
Vary = Union[Mapping[str, Sequence[Any]], str, Sequence[str]]
"""``{"batch_size": [32, 128], "lower.momentum": [0, 0.9]}``, or ``["batch-size=32|128"]``."""
'''


def own_text(text: str) -> str:
    """Help as the table has it names other settings ‹name›."""
    return re.sub(r"‹([^›]+)›", r"`\1`", text)


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def type_of(name: str, setting: Dict[str, Any]) -> str:
    """The type of the values that are given, without None."""
    kind = setting.get("type")
    if "enum" in setting:
        return camel(name)
    if name in ("lower", "upper"):
        return "Optimizers" if "oneOf" in setting else "Optimizer"
    if name == "vary":
        return "Vary"
    if name in ("lower_lr", "upper_lr"):
        return "Union[str, float, Sequence[float]]"
    if name == "group":
        return "Groups"
    if name == "upper_layers":
        return 'Union[int, Literal["all"]]'
    if name == "class_weights":
        return 'Union[Literal["balanced"], Sequence[float], Mapping[str, float]]'
    if name == "max_time":
        return "Union[str, float]"
    if kind == "array":
        element = {"integer": "int", "number": "float", "string": "str"}[setting["items"]["type"]]
        return f"Sequence[{element}]" if element == "str" else f"Union[{element}, Sequence[{element}]]"
    if setting.get("format") == "path":
        return "PathLike"
    return {"integer": "int", "number": "float", "string": "str", "boolean": "bool"}[str(kind)]


def default_of(setting: Dict[str, Any]) -> Any:
    if setting.get("format") == "path":
        return None  # where it was built is not where it runs
    if setting.get("type") == "boolean":
        return False
    default = setting.get("default")
    return tuple(default) if isinstance(default, list) else default


def argument_of(name: str, setting: Dict[str, Any]) -> Argument:
    default = default_of(setting)
    kind = type_of(name, setting)
    text = own_text(setting["description"])
    note = setting.get("default_note")
    if note is not None:
        text += f"; by default {own_text(note)}"
    if "enum" in setting:
        text += ". One of " + ", ".join(setting["enum"])
    if default is None:
        kind = f"Optional[{kind}]"
    if name == "from":
        kind = "Union[PathLike, Model, None]"
    if name == "max_time":
        text += "; a number counts seconds"
    if name == "vary":
        text += (
            '. A dict of lists, {"batch_size": [32, 128], "lower.momentum": [0, 0.9]}, or texts as the command has them'
        )
    if kind == "Optimizers":
        text += "; a list of several tries each"
    return PYTHON_WORDS.get(name, name), kind, default, text


def literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def help_texts(arguments: List[Argument]) -> str:
    """What documented() reads: a name a line, and its text below."""
    return "".join(
        f"{name}\n" + textwrap.fill(text, 110, initial_indent="    ", subsequent_indent="    ") + "\n"
        for name, _, _, text in arguments
    ).replace("\\", "\\\\")


def documented(arguments: List[Argument], known: Dict[str, str], indent: str, settings: str = "") -> str:
    """The decorator, with those texts that are not what `known` has of the name; `settings` names their table."""
    own = [argument for argument in arguments if known.get(argument[0]) != argument[3]]
    keyword = f"settings={settings}" if settings else ""
    if not own:
        return f"{indent}@documented({', '.join(filter(None, ['HELP', keyword]))})\n"
    last = f"{indent}    {keyword},\n" if settings else ""
    return f'{indent}@documented(\n{indent}    HELP,\n{indent}    """\\\n{help_texts(own)}""",\n{last}{indent})\n'


def signature(arguments: List[Argument], indent: str) -> str:
    return "".join(f"{indent}{name}: {kind} = {literal(default)},\n" for name, kind, default, _ in arguments)


def table(schema: Dict[str, Any]) -> Dict[str, Dict[str, Any]]:
    """The settings by section, in the order in which they are shown."""
    settings = schema["properties"]
    unknown = {setting["section"] for setting in settings.values()} - set(SECTIONS) - set(LEFT_OUT)
    if unknown:
        raise SystemExit(f"write_arguments: say where in the list the settings of {unknown} stand")
    return {
        name: setting for section in SECTIONS for name, setting in settings.items() if setting["section"] == section
    }


def estimator_arguments(settings: Dict[str, Dict[str, Any]], classes: bool) -> List[Argument]:
    replaced = {
        "lower": LOWER,
        "epochs": EPOCHS,
        "seed": RANDOM_STATE,
        "threads": N_JOBS,
        "class_weights": CLASS_WEIGHT,
    }
    arguments = []
    for name, setting in settings.items():
        foreign = OF_NUMBERS if classes else OF_CLASSES
        of_data = setting["section"] == "Tables" or setting.get("format") == "path"
        if name in NOT_OF_ESTIMATORS or name in foreign or of_data:
            continue
        argument = replaced.get(name) or argument_of(name, setting)
        defaults = OWN_DEFAULTS if classes else {**OWN_DEFAULTS, **OWN_DEFAULTS_OF_REGRESSORS}
        if name in defaults:
            argument = (*argument[:2], defaults[name], argument[3])
        arguments.append(argument)
    return [*arguments, WARM_START, VERBOSE]


def enumerations(settings: Dict[str, Dict[str, Any]]) -> str:
    return "".join(
        f"{camel(name)} = Literal[\n" + "".join(f"    {literal(value)},\n" for value in setting["enum"]) + "]\n"
        for name, setting in settings.items()
        if "enum" in setting
    )


def estimator_class(name: str, what: str, arguments: List[Argument], known: Dict[str, str]) -> str:
    text = f'\n\nclass {name}:\n    """The keyword arguments of {what}."""\n\n'
    text += documented(arguments, known, "    ")
    text += "    def __init__(\n        self,\n        *,\n" + signature(arguments, " " * 8) + "    ) -> None:\n"
    text += '        """Takes what a fit is to do; nothing is checked before."""\n'
    return text + "".join(f"        self.{argument[0]} = {argument[0]}\n" for argument in arguments)


X: Argument = (
    "X",
    "Any",
    None,
    "array or dataframe of shape (rows, …): the training rows; None: those that `data` names. uint8 and float32 are "
    "read in place: leave them unchanged while they are trained on",
)
Y: Argument = (
    "y",
    "Any",
    None,
    "array of shape (rows) or (rows, targets): whole numbers, booleans and texts are classes, floating-point numbers "
    "are numbers to learn; `loss` and `targets` say otherwise",
)
OF_ROWS: List[Argument] = [
    ("sample_weight", "Any", None, "array of shape (rows): how much each row counts in the loss that is trained"),
    ("eval_set", "Any", None, "the validation rows (X, y), in place of a share held out"),
    ("targets", "Optional[Targets]", None, "what y holds; None: what its type and `loss` say"),
]
MEASURE_GRADIENTS: Argument = (
    "measure_gradients",
    "bool",
    False,
    "whether each step measures its gradients, for `gradient_norms`; the bits stay the same",
)
CALLBACK: Argument = (
    "callback",
    "Optional[Heard]",
    None,
    "hears of each trial that has come to its end, a dict as trials.jsonl has it; if it returns True the work ends, "
    "without a result",
)


def trains(
    opening: str, further: List[Argument], own: List[Argument], known: Dict[str, str], indent: str, settings: str
) -> str:
    """A function from its decorator to its docstring; `opening` has what surrounds its arguments."""
    call, result, text = opening.split("\n", 2)
    keywords = signature([*OF_ROWS, *further, *own], indent + "    ")
    first = f"{indent}    self,\n" if "__init__" in call else ""
    return (
        documented([X, Y, *OF_ROWS, *further, *own], known, indent, settings)
        + f"{indent}{call}\n{first}{signature([X, Y], indent + '    ')}{indent}    *,\n{keywords}{indent}{result}\n"
        + textwrap.indent(text, indent + "    ")
    )


TRAINER = '''def __init__(
) -> None:
"""Makes a run that can be trained."""
self._begin(Rows(X, y, sample_weight, eval_set, targets), _settings(locals()), measure_gradients)
'''

FIND_LR = '''def find_lr(
) -> FoundRates:
"""Range tests of the groups' learning rates, as `strata find-lr`.

>>> import numpy as np
>>> from strata_mlp import find_lr
>>> X = np.linspace(-1, 1, 400).reshape(-1, 1)
>>> found = find_lr(X, (X[:, 0] > 0).astype(int), hidden=(8,), upper_layers=1, batch_size=16, steps=40)
>>> [group["group"] for group in found]
['lower', 'upper']
"""
rows = Rows(X, y, sample_weight, eval_set, targets)
return run_find_lr(rows, _settings(locals()), callback)
'''

SWEEP = '''def sweep(
) -> SweepResult:
"""Trains many models, a core each, and ranks them, as `strata sweep`.

>>> import numpy as np
>>> from strata_mlp import sweep
>>> X = np.linspace(-1, 1, 400).reshape(-1, 1)
>>> y = (X[:, 0] > 0).astype(int)
>>> found = sweep(X, y, hidden=(8,), upper_layers=1, epochs=2, lower_lr=[0.01, 0.1], vary={"batch_size": [8, 16]})
>>> len(found)
4
>>> found.best.n_features
1
"""
rows = Rows(X, y, sample_weight, eval_set, targets)
return run_sweep(rows, _settings(locals()), callback)
'''

SETTINGS = '''

_NO_SETTINGS = ("self", "X", "y", "sample_weight", "eval_set", "targets", "measure_gradients", "callback", "rows")


def _settings(arguments: Mapping[str, Any]) -> Dict[str, Any]:
    """The settings among a function's arguments that were given, by their names in the table."""
    return {
        name.rstrip("_"): value
        for name, value in arguments.items()
        if value is not UNSAID and value is not None and name not in _NO_SETTINGS
    }
'''


def trainer_class(arguments: List[Argument], known: Dict[str, str]) -> str:
    return (
        '\n\nclass TrainerArguments:\n    """The arguments of a trainer, and of whatever trains as one does."""\n\n'
        + trains(TRAINER, [MEASURE_GRADIENTS], arguments, known, "    ", "DEFAULTS")
        + "\n    def _begin(self, rows: Rows, settings: Dict[str, Any], measure_gradients: bool) -> None:\n"
        + "        raise NotImplementedError\n"
    )


def search_arguments(settings: Dict[str, Dict[str, Any]], all_of: Dict[str, Dict[str, Any]]) -> List[Argument]:
    """The command's own arguments, then those of a run that it takes, in its order; a model to go on from is a path."""
    own = [argument_of(name, setting) for name, setting in all_of.items() if setting["section"] in SEARCH_SECTIONS]
    runs = [argument_of(name, all_of[name]) for name in settings if name in all_of]
    return [(*a[:1], "Optional[PathLike]", *a[2:]) if a[0] == "from_" else a for a in [*own, *runs]]


def defaults(settings: Dict[str, Dict[str, Any]], searches: List[Dict[str, Dict[str, Any]]]) -> str:
    def lines(some: Dict[str, Dict[str, Any]]) -> str:
        return "".join(f"    {literal(name)}: {literal(default_of(setting))},\n" for name, setting in some.items())

    own = {name: setting for search in searches for name, setting in search.items() if name not in settings}
    return (
        "\nDEFAULTS: Dict[str, Any] = {\n"
        + lines(settings)
        + '}\n"""The value that holds of each setting, by its name in the table."""\n'
        + "SEARCH_DEFAULTS: Dict[str, Any] = {\n    **DEFAULTS,\n"
        + lines(own)
        + '}\n"""The same of a search."""\n'
    )


def written(run: Dict[str, Any], find_lr: Dict[str, Any], sweep: Dict[str, Any]) -> str:
    """The file's text, by the tables of a run's settings and of the searches'."""
    settings = table(run)
    searches = [find_lr["properties"], sweep["properties"]]
    arguments = [argument_of(name, setting) for name, setting in settings.items()]
    found, swept = (search_arguments(settings, search) for search in searches)
    classifier, regressor = (estimator_arguments(settings, classes) for classes in (True, False))
    told = [X, Y, *OF_ROWS, MEASURE_GRADIENTS, CALLBACK, *arguments, *found, *swept, *classifier, *regressor]
    said = list({argument[0]: argument for argument in reversed(told)}.values())[::-1]
    known = {argument[0]: argument[3] for argument in said}
    return (
        HEADER
        + enumerations({**settings, **sweep["properties"]})
        + defaults(settings, searches)
        + f'\nHELP = """\\\n{help_texts(said)}"""\n'
        + SETTINGS
        + estimator_class("ClassifierArguments", "StrataClassifier", classifier, known)
        + estimator_class("RegressorArguments", "StrataRegressor", regressor, known)
        + trainer_class(arguments, known)
        + "\n\n"
        + trains(FIND_LR, [CALLBACK], found, known, "", "SEARCH_DEFAULTS")
        + "\n\n"
        + trains(SWEEP, [CALLBACK], swept, known, "", "SEARCH_DEFAULTS")
    )


def schemas_of(library: str) -> List[Dict[str, Any]]:
    """The tables as the library tells them."""
    loaded = ctypes.CDLL(library)
    schemas = []
    for name in ("settings", "find_lr", "sweep"):
        function = getattr(loaded, f"strata_{name}_schema")
        function.restype = ctypes.c_char_p
        schemas.append(json.loads(function()))
    return schemas


def main(words: List[str]) -> int:
    check = words[:1] == ["--check"]
    words = words[1:] if check else words
    if len(words) != 1:
        raise SystemExit(__doc__)
    text = written(*schemas_of(words[0]))
    if check:
        return 0 if TARGET.read_text() == text else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
