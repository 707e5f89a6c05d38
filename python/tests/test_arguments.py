"""The arguments are those of the library's table of settings."""

import importlib.util
import inspect
from pathlib import Path

import pytest

from strata_mlp import StrataClassifier, StrataRegressor, Trainer, _arguments, _library

WRITER = Path(__file__).parents[1] / "write_arguments.py"


def writer():
    spec = importlib.util.spec_from_file_location("write_arguments", WRITER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_arguments_are_what_the_table_gives():
    text = writer().written(_library.settings_schema())
    assert text == Path(_arguments.__file__).read_text(), "run python/write_arguments.py"


def test_a_setting_that_is_added_becomes_an_argument():
    schema = _library.settings_schema()
    schema["properties"]["extra_care"] = {
        "type": "integer",
        "default": 3,
        "description": "how much more than ‹seed›",
        "section": "Training",
    }
    text = writer().written(schema)
    assert text.count("        extra_care: int = 3,\n") == 3
    assert "how much more than `seed`" in text
    assert '                "extra_care": extra_care,\n' in text


@pytest.mark.parametrize("kind", [StrataClassifier, StrataRegressor])
def test_estimators_default_to_the_table(kind):
    given = inspect.signature(kind).parameters
    own = {"epochs", "validation_split", "sampling"} | ({"init"} if kind is StrataRegressor else set())
    for name, value in _arguments.DEFAULTS.items():
        if name in given and name not in own:
            assert given[name].default == value, name
    assert given["random_state"].default is None
    assert given["epochs"].default is None
    assert given["validation_split"].default == 0
    assert given["sampling"].default == "shuffle"


def test_help_tells_what_an_argument_is():
    for kind in (StrataClassifier, StrataRegressor, Trainer):
        text = kind.__init__.__doc__
        assert "optimizer of the lower layers (next to the input)" in text
        for name in inspect.signature(kind.__init__).parameters:
            assert name == "self" or f"{name} :" in text, name
