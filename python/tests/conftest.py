"""Rows to train on, and the command to compare with."""

import json
import os
import signal
import subprocess
from pathlib import Path

import configurations
import numpy as np
import pytest


@pytest.fixture(autouse=True, scope="session")
def ctrl_c():
    """Is heard, also where a shell has started the tests in the background and told them to ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def command():
    """Runs the program, and gives what it prints by --json."""
    program = os.environ.get("STRATA_PROGRAM")
    if not program:
        pytest.skip("STRATA_PROGRAM names no strata to compare with")

    def run(name, *words):
        done = subprocess.run([program, name, *map(str, words), "--quiet", "--json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def fashion_mnist():
    """The folder of the packaged images."""
    folder = Path(os.environ.get("STRATA_DATASETS_DIR", "/usr/share/datasets")) / "fashion-mnist"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder


@pytest.fixture(scope="session")
def rings():
    """Points of the plane: three classes by their distance from the middle."""
    return configurations.rings()


@pytest.fixture(scope="session")
def slopes():
    """A number of each row, with a little noise."""
    return configurations.slopes()


@pytest.fixture(scope="session")
def tags():
    """Three labels of each row."""
    X = np.random.default_rng(9).normal(size=(400, 5))
    return X, (X[:, :3] + X[:, 1:4] > 0).astype(int)
