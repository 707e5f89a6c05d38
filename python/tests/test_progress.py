"""How a run shows itself: in a terminal and in a notebook a line that is written anew, elsewhere a line an epoch."""

import io
import os
import pty
import subprocess
import sys
import types

import pytest

from strata_mlp import Trainer, progress

CODE = """
import numpy as np
from strata_mlp import Trainer
X = np.random.default_rng(1).normal(size=(4000, 20)).astype(np.float32)
Trainer(X, (X[:, 0] > 0).astype(int), hidden=(64, 32), epochs=2).run(verbose=True)
"""


def test_a_terminal_sees_a_bar():
    try:
        main, terminal = pty.openpty()
    except OSError:
        pytest.skip("there are no pseudo-terminals here")
    process = subprocess.Popen([sys.executable, "-c", CODE], stderr=terminal, stdout=subprocess.PIPE)
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(main, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(main)
    assert process.communicate()[0] == b""
    assert process.returncode == 0
    text = shown.decode()
    assert text.count("\n") == 2
    lines = [line for line in text.replace("\n", "").split("\r") if line]
    bars = [line for line in lines if "━" in line or "╌" in line]
    assert bars
    assert all("loss " in line and "accuracy " in line for line in bars)
    ends = [line for line in lines if "samples/s" in line]
    assert [line[:9] for line in ends] == ["Epoch 1/2", "Epoch 2/2"]
    assert "val loss" in ends[0]


@pytest.mark.parametrize("own", [False, True])
def test_a_notebook_is_known(monkeypatch, rings, own):
    shell = type("ZMQInteractiveShell", (), {})
    kind = type("Shell", (shell,), {}) if own else shell
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=kind))
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    Trainer(*rings, hidden=(8,), epochs=2).run(verbose=True)
    assert sys.stdout.getvalue().startswith("\rEpoch 1/2")
    assert sys.stdout.getvalue().count("\n") == 2


def test_a_shell_of_ipythons_is_no_notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    assert not progress._in_notebook()
