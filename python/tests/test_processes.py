"""The same bits in a thread, a forked and a spawned process; and a good guest in all of them."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from configurations import hashes, rings

from strata_mlp import Trainer

SMALL = {"hidden": (16, 8), "lower": "sgd,lr=0.1", "upper": "adam,lr=0.01", "batch_size": 16, "epochs": 3}


def digest(threads=2):
    return Trainer(*rings(), **SMALL, threads=threads).run().weights_hash


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_goes_on_with_the_parents_trainer():
    trainer = Trainer(*rings(), **SMALL, threads=2)
    trainer.advance(10)
    model = trainer.model
    expected = model.outputs(rings()[0])
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        same = np.array_equal(model.outputs(rings()[0]), expected)
        os._exit(0 if same and trainer.run().weights_hash == digest() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert trainer.run().weights_hash == digest()


def test_numpy_alone_is_needed():
    code = "import sys, strata_mlp; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def held():
    """The threads and the descriptors of this process."""
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


def test_no_threads_or_descriptors_are_left():
    X, y = rings()
    Trainer(X, y, **SMALL).run()
    before = held()
    for _ in range(100):
        Trainer(X, y, **{**SMALL, "epochs": 1}, threads=2).run()
    until = time.monotonic() + 30
    while (now := held()) != before and time.monotonic() < until:
        # The system lists a thread for a moment after it was joined: this test's own, or an earlier one's in `before`.
        before = tuple(map(min, now, before))
        time.sleep(0.01)
    assert now == before


def test_locale_and_signals_are_as_they_were():
    import locale

    before = locale.setlocale(locale.LC_ALL), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    digest()
    assert (
        locale.setlocale(locale.LC_ALL),
        signal.getsignal(signal.SIGINT),
        signal.getsignal(signal.SIGTERM),
    ) == before


@pytest.mark.parametrize("order", ["import torch, strata_mlp", "import strata_mlp, torch"])
def test_beside_pytorch(order):
    pytest.importorskip("torch")
    work = "from configurations import hashes; torch.randn(64, 64) @ torch.randn(64, 64); print(*hashes())"
    here = os.path.dirname(__file__)
    done = subprocess.run([sys.executable, "-c", f"{order}; {work}"], cwd=here, capture_output=True, text=True)
    assert done.stdout.split() == hashes(), done.stderr
