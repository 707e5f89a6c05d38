"""The bits of the command, from the same data and settings."""

import numpy as np
import pytest

from strata_mlp import StrataClassifier, StrataRegressor, Trainer, sweep

CLASSES = [
    {},
    {"hidden": (32,), "upper_layers": 1},
    {"hidden": ()},
    {"lower": "sgd,lr=0.02,momentum=0.9,nesterov=true", "upper": "adamw,lr=0.002"},
    {"group": ["0:freeze", "1-2:sgd,lr=0.05", "3:adam"]},
    {"convention": "torch", "lower": "rmsprop", "upper": "nadam"},
    {"activation": "gelu", "init": "glorot_uniform", "batch_size": 48},
    {"sampling": "shuffle", "dropout": (0.1, 0.2, 0.3)},
    {"sampling": "sequential", "label_smoothing": 0.1},
    {"clip_norm": 0.5, "class_weights": "balanced"},
    {"clip_value": 0.01, "scaler": "unit"},
    {"split": "stratified", "validation_split": 0.3, "seed": 7},
    {"split": "tail", "scaler": "none", "max_steps": 17},
    {"early_stopping": 1, "restore_best": True, "monitor": "val_macro_f1", "epochs": 6},
    {"upper": "adam,lr=0.003,schedule=cosine,warmup_steps=5"},
    {"validation_split": 0, "lower": "lion"},
]
NUMBERS = [
    {},
    {"loss": "mae", "hidden": (24, 12)},
    {"loss": "huber,delta=0.5", "target_scaler": "none"},
    {"loss": "quantile,q=0.1:0.9"},
]


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


@pytest.mark.parametrize("settings", CLASSES, ids=str)
def test_classes(command, rings, tmp_path, settings):
    X, y = rings
    settings = {"epochs": 2, **settings}
    expected = command("train", *saved(tmp_path, X, y.astype(np.int32)), *words(settings))
    for threads in (1, 3):
        trainer = Trainer(X, y, **settings, threads=threads).run()
        assert trainer.result["weights_hash"] == expected["weights_hash"]
        assert trainer.model.weights_hash == expected["weights_hash"]
    for name, value in expected.items():
        if name.startswith(("train_", "val_")):
            assert trainer.result[name] == value, name


@pytest.mark.parametrize("settings", NUMBERS, ids=str)
def test_numbers(command, slopes, tmp_path, settings):
    X, y = (array.astype(np.float32) for array in slopes)
    settings = {"epochs": 2, "loss": "mse", **settings}
    expected = command("train", *saved(tmp_path, X, y), *words(settings))
    assert Trainer(X, y, **settings).run().result["weights_hash"] == expected["weights_hash"]


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
