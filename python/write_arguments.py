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

Written by python/write_arguments.py from the library's table of settings, and compared with it by a test: not by hand.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Literal, Mapping, Optional, Sequence, Union

from numpy.random import Generator
from numpy.random import RandomState as NumpyRandomState

Optimizer = Union[str, Mapping[str, Any]]
"""``"adam,lr=0.001"``, or ``{"name": "adam", "lr": 0.001}``."""
Groups = Union[str, Sequence[Optimizer], Mapping[str, Optimizer]]
"""``["0-1:sgd,lr=0.01", "2:adam"]``, or ``{"0-1": "sgd,lr=0.01", "2": "adam"}``."""
PathLike = Union[str, "os.PathLike[str]"]
RandomState = Union[None, int, Generator, NumpyRandomState]
ClassWeight = Union[None, Literal["balanced"], Mapping[Any, float]]
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
        return "Optimizer"
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
    return PYTHON_WORDS.get(name, name), kind, default, text


def literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def parameter_text(argument: Argument) -> str:
    name, kind, default, text = argument
    return (
        textwrap.fill(f"{name} : {kind}, default={literal(default)}", 10**6)
        + "\n"
        + textwrap.fill(text, 92, initial_indent="    ", subsequent_indent="    ")
    )


def docstring(opening: str, before: str, arguments: List[Argument]) -> str:
    body = f"{opening}\n\nParameters\n----------\n" + before + "\n".join(map(parameter_text, arguments))
    return '"""' + body.replace("\\", "\\\\") + '\n"""'


def signature(arguments: List[Argument]) -> str:
    return "".join(f"        {name}: {kind} = {literal(default)},\n" for name, kind, default, _ in arguments)


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
    replaced = {"epochs": EPOCHS, "seed": RANDOM_STATE, "threads": N_JOBS, "class_weights": CLASS_WEIGHT}
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


def estimator_class(name: str, what: str, arguments: List[Argument]) -> str:
    text = f"\n\nclass {name}:\n"
    text += f"    {literal_docstring(f'The keyword arguments of {what}.')}\n\n"
    text += "    def __init__(\n        self,\n        *,\n" + signature(arguments) + "    ) -> None:\n"
    text += textwrap.indent(docstring("Takes what a fit is to do; nothing is checked before.", "", arguments), " " * 8)
    text += "\n" + "".join(f"        self.{argument[0]} = {argument[0]}\n" for argument in arguments)
    return text


def literal_docstring(text: str) -> str:
    return f'"""{text}"""'


TRAINER_FIRST = """X : array or dataframe of shape (rows, …), or None
    the training rows; None: those that `data` names. uint8 and float32 are read in place: leave them
    unchanged while the trainer lives
y : array of shape (rows) or (rows, targets), or None
    whole numbers, booleans and texts are classes, floating-point numbers are numbers to learn; `loss`
    and `targets` say otherwise
sample_weight : array of shape (rows), or None
    how much each row counts in the loss that is trained
eval_set : tuple (X, y), or None
    the validation rows, in place of a share held out
targets : {"classes", "labels", "numbers"}, or None
    what y holds; None: what its type and `loss` say
measure_gradients : bool
    whether each step measures its gradients, for `gradient_norms`; the bits stay the same
"""


def trainer_class(settings: Dict[str, Dict[str, Any]]) -> str:
    arguments = [argument_of(name, setting) for name, setting in settings.items()]
    text = "\n\nclass TrainerArguments:\n"
    text += f"    {literal_docstring('The arguments of a trainer, and of whatever trains as one does.')}\n\n"
    text += "    def __init__(\n        self,\n        X: Any = None,\n        y: Any = None,\n        *,\n"
    text += "        sample_weight: Any = None,\n        eval_set: Any = None,\n"
    text += "        targets: Optional[Targets] = None,\n        measure_gradients: bool = False,\n"
    text += signature(arguments) + "    ) -> None:\n"
    text += textwrap.indent(docstring("Makes a run that can be trained.", TRAINER_FIRST, arguments), " " * 8)
    text += "\n        self._begin(\n            Rows(X, y, sample_weight, eval_set, targets),\n            {\n"
    for name in settings:
        text += f"                {literal(name)}: {PYTHON_WORDS.get(name, name)},\n"
    text += "            },\n            measure_gradients,\n        )\n\n"
    text += "    def _begin(self, rows: Rows, settings: Dict[str, Any], measure_gradients: bool) -> None:\n"
    text += "        raise NotImplementedError\n"
    return text


def defaults(settings: Dict[str, Dict[str, Any]]) -> str:
    text = "\nDEFAULTS: Dict[str, Any] = {\n"
    for name, setting in settings.items():
        text += f"    {literal(name)}: {literal(default_of(setting))},\n"
    return text + "}\n" + '"""The value that holds of each setting, by its name in the table."""\n'


def written(schema: Dict[str, Any]) -> str:
    """The file's text."""
    settings = table(schema)
    imports = "\n\nfrom ._rows import Rows, Targets\nfrom .model import Model\n"
    head = HEADER.replace("\n\nOptimizer =", imports + "\n\nOptimizer =", 1).replace("\n\n\nOptimizer", "\n\nOptimizer")
    return (
        head
        + enumerations(settings)
        + defaults(settings)
        + estimator_class("ClassifierArguments", "StrataClassifier", estimator_arguments(settings, classes=True))
        + estimator_class("RegressorArguments", "StrataRegressor", estimator_arguments(settings, classes=False))
        + trainer_class(settings)
    )


def schema_of(library: str) -> Dict[str, Any]:
    """The table as the library tells it."""
    function = ctypes.CDLL(library).strata_settings_schema
    function.restype = ctypes.c_char_p
    return json.loads(function())


def main(words: List[str]) -> int:
    check = words[:1] == ["--check"]
    words = words[1:] if check else words
    if len(words) != 1:
        raise SystemExit(__doc__)
    text = written(schema_of(words[0]))
    if check:
        return 0 if TARGET.read_text() == text else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
