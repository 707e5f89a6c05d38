"""The same bits in a thread, a forked and a spawned process; and a good guest in all of them."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from strata_mlp import Trainer

SMALL = {"hidden": (16, 8), "lower": "sgd,lr=0.1", "upper": "adam,lr=0.01", "batch_size": 16, "epochs": 3}


def rows():
    points = np.random.default_rng(7).uniform(-1, 1, (600, 2)).astype(np.float32)
    return points, np.digitize(np.hypot(*points.T), [0.5, 0.9])


def digest(_=None, threads=2):
    return Trainer(*rows(), **SMALL, threads=threads).run().weights_hash


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_processes(method):
    expected = digest()
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(digest, range(4)) == [expected] * 4


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_goes_on_with_the_parents_trainer():
    trainer = Trainer(*rows(), **SMALL, threads=2)
    trainer.advance(10)
    model = trainer.model
    expected = model.outputs(rows()[0])
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        same = np.array_equal(model.outputs(rows()[0]), expected)
        os._exit(0 if same and trainer.run().weights_hash == digest() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert trainer.run().weights_hash == digest()


def test_threads():
    answers = []
    workers = [threading.Thread(target=lambda: answers.append(digest())) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert answers == [digest()] * 4


def test_numpy_alone_is_needed():
    code = "import sys, strata_mlp; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def held():
    """The threads and the descriptors of this process."""
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


def test_no_threads_or_descriptors_are_left():
    X, y = rows()
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
    work = "from test_processes import digest; torch.randn(64, 64) @ torch.randn(64, 64); print(digest())"
    here = os.path.dirname(__file__)
    done = subprocess.run([sys.executable, "-c", f"{order}; {work}"], cwd=here, capture_output=True, text=True)
    assert done.stdout.strip() == digest(), done.stderr
