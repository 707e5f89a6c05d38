"""The bits of the command, from the same data and settings."""

import multiprocessing
from multiprocessing.pool import ThreadPool

import configurations
import numpy as np
import pytest
from sklearn.base import clone

from strata_mlp import StrataClassifier, StrataRegressor, Trainer, sweep


def words(settings):
    """The settings as the command's words."""
    for name, value in settings.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            yield option
        elif name == "group":
            for group in value:
                yield from (option, group)
        else:
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            yield from (option, text or "none")


def saved(folder, X, y):
    np.save(folder / "x.npy", X)
    np.save(folder / "y.npy", y)
    return ["--data", folder / "x.npy", "--labels", folder / "y.npy"]


@pytest.fixture(scope="session")
def commanded(command, tmp_path_factory):
    """What the command prints of each configuration."""
    printed = []
    for X, y, settings in configurations.runs():
        y = y.astype(np.int32) if y.dtype.kind == "i" else y
        printed.append(command("train", *saved(tmp_path_factory.mktemp("rows"), X, y), *words(settings)))
    return printed


def test_figures(commanded):
    for (X, y, settings), expected in zip(configurations.runs(), commanded):
        trainer = Trainer(X, y, **settings).run()
        assert trainer.model.weights_hash == expected["weights_hash"], settings
        for name, value in expected.items():
            if name.startswith(("train_", "val_", "weights_")):
                assert trainer.result[name] == value, (settings, name)


@pytest.mark.parametrize("threads", [1, 3])
def test_any_number_of_threads(commanded, threads):
    assert configurations.hashes(threads) == [printed["weights_hash"] for printed in commanded]


def test_in_a_thread(commanded):
    with ThreadPool(3) as pool:
        for found in pool.map(configurations.hashes, [1, 1, 2]):
            assert found == [printed["weights_hash"] for printed in commanded]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_in_another_process(commanded, method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(configurations.hashes) == [printed["weights_hash"] for printed in commanded]


def test_estimators_of_one_hidden_layer(command, rings, tmp_path):
    X, y = rings
    own = [*saved(tmp_path, X, y.astype(np.int32)), "--validation-split", 0, "--sampling", "shuffle", "--epochs", 2]
    for settings in ({}, {"lower": "sgd,lr=0.01"}, {"lower": "sgd,lr=0.02"}):
        clf = StrataClassifier(hidden=(32,), epochs=2, **settings).fit(X, y)
        expected = command("train", *own, "--hidden", 32, *words(settings))["weights_hash"]
        assert clf.weights_hash_ == clone(clf).fit(X, y).weights_hash_ == expected, settings


def test_estimators(command, rings, slopes, tmp_path):
    X, y = rings
    own = ["--validation-split", 0, "--sampling", "shuffle", "--epochs", 3]
    expected = command("train", *saved(tmp_path, X, y.astype(np.int32)), *own)
    assert StrataClassifier(epochs=3).fit(X, y).weights_hash_ == expected["weights_hash"]
    X, y = (array.astype(np.float32) for array in slopes)
    own += ["--loss", "mse", "--init", "glorot_uniform"]
    expected = command("train", *saved(tmp_path, X, y), *own)
    assert StrataRegressor(epochs=3).fit(X, y).weights_hash_ == expected["weights_hash"]


def test_models_are_read_by_each_other(command, rings, tmp_path):
    X, y = rings
    model = Trainer(X, y, hidden=(8,), epochs=2).run().model
    model.save(tmp_path / "model.safetensors")
    data = saved(tmp_path, X, y.astype(np.int32))
    figures = command("evaluate", tmp_path / "model.safetensors", *data)
    assert figures["accuracy"] == model.evaluate(X, y)["accuracy"]
    assert figures["loss"] == pytest.approx(model.evaluate(X, y)["loss"], rel=1e-6)


def test_importance_is_the_commands(command, rings, slopes, tmp_path):
    X, y = rings
    clf = StrataClassifier(hidden=(16,), upper_layers=1, epochs=5).fit(X, y)
    clf.save(tmp_path / "model.safetensors")
    told = command("evaluate", tmp_path / "model.safetensors", *saved(tmp_path, X, y.astype(np.int32)), "--importance")
    for found in (clf.importance(X, y), clf.model_.importance(X, y), clf.model_.importance(X, y, threads=1)):
        assert list(found) == told["importance"]
        assert {"rows": found.rows, "repeats": found.repeats, "loss": found.loss} == told["importance_of"]
    X, y = (array.astype(np.float32) for array in slopes)
    reg = StrataRegressor(hidden=(16,), upper_layers=1, epochs=5).fit(X, y)
    reg.save(tmp_path / "numbers.safetensors")
    told = command("evaluate", tmp_path / "numbers.safetensors", *saved(tmp_path, X, y), "--importance")
    assert list(reg.importance(X, y)) == told["importance"]


def test_importance_of_images_is_a_map(command, fashion_mnist, tmp_path):
    model = Trainer(data=fashion_mnist, hidden=(8,), max_steps=50).run().model
    model.save(tmp_path / "model.safetensors")
    told = command("evaluate", tmp_path / "model.safetensors", "--data", fashion_mnist, "--importance")
    found = model.importance(data=fashion_mnist)
    assert list(found) == told["importance"]
    assert found.map == told["importance_map"]


def test_sweeps_rank_alike(command, rings, tmp_path):
    X, y = rings
    data = saved(tmp_path, X, y.astype(np.int32))
    expected = command("sweep", *data, "--lower-lr", "0.001,0.01,0.1", "--hidden", "8,4", "--epochs", 2)
    found = sweep(X, y, lower_lr=[0.001, 0.01, 0.1], hidden=(8, 4), epochs=2)
    hashes = [run["weights_hash"] for row in expected["candidates"] for run in row["runs"]]
    assert [record["weights_hash"] for record in found.details["records"]] == hashes


def test_the_default_run(command, fashion_mnist):
    expected = "cdac36d78a11bae3"
    trainer = Trainer(data=fashion_mnist).run()
    assert trainer.weights_hash == expected
    assert trainer.result["test_accuracy"] > 0.87


def test_the_default_run_from_arrays(fashion_mnist):
    import gzip

    def read(name, offset):
        with gzip.open(next(fashion_mnist.glob(f"{name}*")), "rb") as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    X, y = read("train-images", 16).reshape(-1, 784), read("train-labels", 8)
    clf = StrataClassifier(validation_split=0.2, sampling="random", epochs=10).fit(X, y)
    assert clf.weights_hash_ == "cdac36d78a11bae3"
