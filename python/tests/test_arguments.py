"""The arguments are those of the library's table of settings."""

import copy
import importlib.util
import inspect
import json
from pathlib import Path

import pytest

from strata_mlp import StrataClassifier, StrataRegressor, Trainer, _arguments, _library, find_lr, sweep

WRITER = Path(__file__).parents[1] / "write_arguments.py"


def writer():
    spec = importlib.util.spec_from_file_location("write_arguments", WRITER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def schemas():
    searches = (_library.library.strata_find_lr_schema(), _library.library.strata_sweep_schema())
    return [copy.deepcopy(_library.settings_schema()), *map(json.loads, searches)]


def test_arguments_are_what_the_tables_give():
    text = writer().written(*schemas())
    assert text == Path(_arguments.__file__).read_text(), "run python/write_arguments.py"


def test_a_setting_that_is_added_becomes_an_argument():
    tables = schemas()
    for schema in tables:
        schema["properties"]["extra_care"] = {
            "type": "integer",
            "default": 3,
            "description": "how much more than ‹seed›",
            "section": "Training",
        }
    text = writer().written(*tables)
    assert text.count("    extra_care: int = 3,\n") == 5
    assert text.count("how much more than `seed`") == 1
    assert text.count('    "extra_care": 3,\n') == 1


@pytest.mark.parametrize("kind", [StrataClassifier, StrataRegressor])
def test_estimators_default_to_the_table(kind):
    given = inspect.signature(kind).parameters
    own = {"epochs", "lower", "validation_split", "sampling"} | ({"init"} if kind is StrataRegressor else set())
    for name, value in _arguments.DEFAULTS.items():
        if name in given and name not in own:
            assert given[name].default == value, name
    assert given["random_state"].default is None
    assert given["epochs"].default is None
    assert given["lower"].default is None
    assert given["validation_split"].default == 0
    assert given["sampling"].default == "shuffle"


def test_help_tells_what_an_argument_is():
    for function in (StrataClassifier.__init__, StrataRegressor.__init__, Trainer.__init__, find_lr, sweep):
        text = function.__doc__
        assert "optimizer of the lower layers (next to the input)" in text
        for name in inspect.signature(function).parameters:
            assert name == "self" or f"{name} :" in text, name


def test_searches_have_the_commands_arguments():
    for function, schema in zip((find_lr, sweep), schemas()[1:]):
        settings = set(schema["properties"])
        given = {name.rstrip("_") for name in inspect.signature(function).parameters}
        assert given - settings == {"X", "y", "sample_weight", "eval_set", "targets", "callback"}
        assert settings - given == set()


@pytest.mark.parametrize(
    ("call", "what", "hint"),
    [
        (lambda: StrataClassifier(seed=1), "StrataClassifier", "random_state"),
        (lambda: StrataRegressor(threads=2), "StrataRegressor", "n_jobs"),
        (lambda: StrataClassifier(hidden_layer_sizes=(10,)), "StrataClassifier", "hidden"),
        (lambda: StrataClassifier(max_iter=3), "StrataClassifier", "epochs"),
        (lambda: StrataClassifier(batchsize=3), "StrataClassifier", "batch_size"),
        (lambda: StrataClassifier(lr=0.1), "StrataClassifier", 'lower="sgd,lr=0.01"'),
        (lambda: StrataRegressor(whatever=1), "StrataRegressor", r"help\(StrataRegressor\)"),
        (lambda: StrataClassifier(eval_set=None), "StrataClassifier", "fit takes it"),
        (lambda: Trainer(verbose=1), "Trainer", "run takes it"),
        (lambda: Trainer(random_state=1), "Trainer", "seed"),
        (lambda: Trainer(epoch=1), "Trainer", "epochs"),
        (lambda: find_lr(step=1), "find_lr", "steps"),
        (lambda: sweep(n_jobs=1), "sweep", "threads or jobs"),
    ],
)
def test_a_wrong_name_is_told_as_what_it_may_be(call, what, hint):
    with pytest.raises(TypeError, match=rf"^{what}\(\) has no argument .*{hint}"):
        call()


def test_settings_go_by_name():
    with pytest.raises(TypeError, match=r"^StrataClassifier\(\) takes its arguments by name, such as hidden="):
        StrataClassifier((10,))
