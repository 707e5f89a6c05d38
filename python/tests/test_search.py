"""Range tests and sweeps."""

import os
import signal
import threading

import numpy as np
import pytest

from strata_mlp import Model, SettingsError, find_lr, sweep

SMALL = {"hidden": (16, 8), "batch_size": 16}


def test_sweep(rings):
    found = sweep(
        *rings,
        **SMALL,
        lower=["sgd", "rmsprop"],
        lower_lr="1e-3..1e-1:2",
        vary={"activation": ["relu", "elu"], "lower.momentum": [0, 0.9]},
        epochs=2,
        jobs=2,
    )
    assert len(found) == 16
    values = [row["value"] for row in found if row["value"] is not None]
    assert values == sorted(values)
    assert {row["activation"] for row in found} == {"relu", "elu"}
    assert isinstance(found.best, Model)
    assert found.best.weights_hash == found.details["records"][0]["best_weights_hash"]
    assert found.heat_map("lower.lr", "lower.momentum").best == (found[0]["lower.lr"], found[0]["lower.momentum"])
    assert found[0]["val_loss"] == found[0]["value"]
    assert found._repr_html_().count("<tr>") == 17
    pandas = pytest.importorskip("pandas")
    assert len(pandas.DataFrame(found)) == 16


def test_sweeps_take_the_commands_strategies(rings):
    heard = []
    found = sweep(*rings, **SMALL, lower_lr=[0.01, 0.1], strategy="halving", epochs=4, eta=2, callback=heard.append)
    assert len(found) == 2
    assert len(heard) >= 2
    drawn = sweep(*rings, **SMALL, lower_lr="1e-3..1e-1:5", strategy="random", trials=3, epochs=1)
    assert len(drawn) == 3


def test_a_listener_ends_a_sweep(rings):
    heard = []
    found = sweep(
        *rings, **SMALL, lower_lr="1e-4..1e-1:20", epochs=3, jobs=1, callback=lambda trial: heard.append(trial) or True
    )
    assert len(heard) == 1
    assert found == []

    def fail(trial):
        raise RuntimeError("heard enough")

    with pytest.raises(RuntimeError, match="heard enough"):
        sweep(*rings, **SMALL, lower_lr="1e-4..1e-1:3", epochs=1, callback=fail)


def test_ctrl_c_ends_a_sweep():
    X = np.random.default_rng(1).normal(size=(20000, 50)).astype(np.float32)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        sweep(X, (X[:, 0] > 0).astype(int), hidden=(200, 200), lower_lr="1e-4..1e-1:50", epochs=100)


def test_find_lr(rings):
    found = find_lr(*rings, **SMALL, steps=60)
    assert [row["group"] for row in found] == ["lower", "upper"]
    assert all(len(row["rates"]) == len(row["loss"]) for row in found)
    assert set(found.suggestions) <= {"lower", "upper"}
    assert "lower" in found._repr_html_()
    assert len(repr(found).splitlines()) == 3


def test_a_map_of_rates(rings):
    found = find_lr(*rings, **SMALL, steps=20, map=True, points=3)
    assert np.asarray(found.map["values"], dtype=float).shape == (3, 3)
    assert len(found) == 9
    assert list(found[0])[:2] == ["lower.lr", "upper.lr"]
    assert found.heat_map().best == tuple(found.suggestions.values()) == tuple(found.map["lowest"])
    assert "*" in repr(found)
    assert "<caption>" in found._repr_html_()


def test_heat_maps_say_what_there_is_to_draw(rings):
    found = sweep(
        *rings,
        hidden=(8, 4),
        group=["0-1:sgd", "2:adam"],
        vary={"0-1.lr": [0.01, 0.1], "batch_size": [16, 32]},
        epochs=1,
    )
    assert found.heat_map("0-1.lr", "batch_size").rows == [0.01, 0.1]
    with pytest.raises(SettingsError, match=r"upper_lr was not varied; expected one of 0-1, 0-1\.lr, batch_size"):
        found.heat_map("upper_lr", "batch_size")
    named = sweep(*rings, **SMALL, lower_lr=[0.01, 0.1], vary={"clip_norm": [None, 1]}, epochs=1)
    assert named.heat_map("lower_lr", "clip_norm").columns == [1, "none"]
    wild = sweep(*rings, hidden=(16, 8), lower="sgd", lower_lr=[1e30, 1e31], vary={"batch_size": [16, 32]}, epochs=1)
    with pytest.raises(SettingsError, match="none was completed"):
        wild.heat_map("lower_lr", "batch_size")
    with pytest.raises(SettingsError, match="group by group"):
        find_lr(*rings, **SMALL, steps=20).heat_map()


def test_own_validation_rows(rings):
    X, y = rings
    found = sweep(X[:400], y[:400], eval_set=(X[400:], y[400:]), **SMALL, lower_lr=[0.01, 0.1], epochs=1)
    assert len(found) == 2


def test_what_is_wrong_is_said(rings):
    with pytest.raises(TypeError, match="lower_rl"):
        sweep(*rings, lower_rl=[0.1])
    with pytest.raises(SettingsError, match="trials"):
        sweep(*rings, lower_lr=[0.1], trials=3)
    with pytest.raises(SettingsError, match="steps"):
        find_lr(*rings, steps=-1)
