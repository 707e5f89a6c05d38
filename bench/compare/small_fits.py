"""Fits of small data through Python beside scikit-learn's MLPs and PyTorch on one thread, and what Python itself costs."""

import ctypes
import dataclasses
import json
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import figures
import machine
import report
import strata_package
from quiet_machine import OtherPrograms, QuietMachine
from task import problem  # tests/interop

FEWEST_EPOCHS = 2
TIMED_STEPS = 4000  # of the longer fit, from whose difference to the shorter one a step's cost follows
PREDICTED_ROWS = 1_000_000


@dataclass(frozen=True)
class Case:
    """ReLU, Adam, a new order of the rows each epoch; an output is a number, several are classes."""

    sizes: tuple
    rows: int
    batch: int

    @property
    def title(self):
        return f"{'-'.join(map(str, self.sizes))}, {self.rows:,} rows, batch {self.batch:,}"

    @property
    def learns_numbers(self):
        return self.sizes[-1] == 1

    def steps(self, epochs):
        return epochs * -(-self.rows // self.batch)

    def data(self):
        draw = np.random.default_rng(1)
        x = draw.standard_normal((self.rows, self.sizes[0]), dtype=np.float32)
        if self.learns_numbers:
            return x, np.sin(x[:, 0]) + x[:, 1]
        return x, (x @ draw.standard_normal((self.sizes[0], self.sizes[-1]), dtype=np.float32)).argmax(axis=1)


CASES = [
    Case((4, 16, 3), 150, 16),
    Case((4, 16, 3), 150, 150),
    Case((28, 64, 1), 500, 32),
    Case((28, 64, 1), 5000, 100),
    Case((28, 64, 1), 5000, 5000),
]
STEP_CASE = CASES[0]


def strata_fit(package, case, n_jobs, seed=1):
    """fit(epochs), which returns the last epoch's mean loss. Without held-out rows, as scikit-learn has none by default."""
    x, y = case.data()
    kind = package.StrataRegressor if case.learns_numbers else package.StrataClassifier
    settings = {"target_scaler": "none"} if case.learns_numbers else {}

    def fit(epochs):
        estimator = kind(hidden=case.sizes[1:-1], activation="relu", upper="adam", upper_layers=len(case.sizes) - 1,
                         batch_size=case.batch, sampling="shuffle", validation_split=0, scaler="none", epochs=epochs,
                         n_jobs=n_jobs, random_state=seed, **settings)
        return estimator.fit(x, y).history_[-1]["train_loss"]

    return fit


def sklearn_fit(case, seed=1):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    x, y = case.data()
    kind = MLPRegressor if case.learns_numbers else MLPClassifier

    def fit(epochs):
        model = kind(hidden_layer_sizes=case.sizes[1:-1], alpha=0, batch_size=case.batch, max_iter=epochs, tol=0,
                     n_iter_no_change=epochs + 1, random_state=seed)
        return model.fit(x, y).loss_

    return fit


def torch_fit(case):
    import torch

    torch.set_num_threads(1)
    x, y = map(torch.from_numpy, case.data())
    y = y[:, None] if case.learns_numbers else y
    of_outputs = torch.nn.functional.mse_loss if case.learns_numbers else torch.nn.functional.cross_entropy

    def fit(epochs):
        layers = []
        for inputs, outputs in zip(case.sizes, case.sizes[1:]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        optimizer = torch.optim.Adam(model.parameters(), fused=True)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(case.rows).split(case.batch):
                loss = of_outputs(model(x[rows]), y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += len(rows) * loss.detach()
        return float(total) / case.rows

    return fit


def contestants(package, case):
    """By their titles. The first is what is asked for by default."""
    return {"Strata": strata_fit(package, case, None), "Strata, n_jobs=1": strata_fit(package, case, 1),
            "scikit-learn": sklearn_fit(case), "PyTorch": torch_fit(case)}


class Turns:
    """Measurements taking turns, on a machine of our own where that can be had."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.machine, self.others = QuietMachine(), OtherPrograms()

    def medians(self, calls):
        """{name: median seconds} of calls by name, after one that does not count. A call that returns seconds is believed."""
        seconds = {name: [] for name in calls}
        for turn in range(self.rounds + 1):
            self.machine.turn()
            with self.others.watch(list):
                for name, call in calls.items():
                    begin = time.perf_counter()
                    own = call()
                    if turn > 0:
                        seconds[name].append(time.perf_counter() - begin if own is None else own)
        self.machine.release()
        return {name: figures.summary(values)["median"] for name, values in seconds.items()}


def call_of(fit, epochs):
    def call():
        fit(epochs)

    return call


def time_case(package, case, timed_steps, turns):
    """{title: seconds to begin and end a fit, and of a step}."""
    large = case.batch >= 1000
    many = max(10 * FEWEST_EPOCHS, timed_steps // (20 if large else 1) // case.steps(1))
    fits = contestants(package, case)
    for title, fit in fits.items():
        if not fit(many) < fit(FEWEST_EPOCHS):
            raise RuntimeError(f"{title}: {case.title}: the loss does not fall")
    medians = turns.medians({(title, epochs): call_of(fit, epochs) for title, fit in fits.items()
                             for epochs in (FEWEST_EPOCHS, many)})
    result = {}
    for title in fits:
        start, step = figures.line(*((case.steps(epochs), medians[title, epochs]) for epochs in (FEWEST_EPOCHS, many)))
        result[title] = {"start": start, "step": step}
    return result


# ---- What is asked for


@dataclass(frozen=True)
class Asked:
    what: str
    unit: str
    limit: float
    measured: float
    at_least: bool = False

    def holds(self):
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self):
        sign = "at least" if self.at_least else "at most"
        return [self.what, f"{sign} {self.limit:g} {self.unit}", f"{self.measured:.3g} {self.unit}",
                "yes" if self.holds() else "no"]


def of_steps(cases):
    by_default, alone = (cases[STEP_CASE.title][title]["step"] for title in ("Strata", "Strata, n_jobs=1"))
    return [Asked(f"a step of {STEP_CASE.title}", "us", 2, by_default * 1e6),
            Asked("the same, by default beside n_jobs=1", "times", 1.05, by_default / alone)]


def of_fashion_mnist(package, arguments, turns):
    """fit() from arrays beside what the command's result says that its training took; the same weights first."""
    epochs, threads = 1 if arguments.quick else 10, arguments.threads
    folder = Path(arguments.data)
    x = problem.read_idx(folder / "train-images-idx3-ubyte.gz").reshape(-1, 784)
    y = problem.read_idx(folder / "train-labels-idx1-ubyte.gz")
    hashes = set()

    def fit():
        classifier = package.StrataClassifier(epochs=epochs, n_jobs=threads, sampling="random", validation_split=0.2)
        hashes.add(classifier.fit(x, y).weights_hash_)

    def command():
        done = subprocess.run([arguments.build / "strata", "train", "--data", folder, "--epochs", str(epochs), "--threads",
                               str(threads), "--json", "--quiet"], check=True, stdout=subprocess.PIPE)
        result = json.loads(done.stdout)
        hashes.add(result["weights_hash"])
        return result["seconds"]

    medians = turns.medians({"fit": fit, "command": command})
    if len(hashes) > 1:
        raise RuntimeError(f"fit and the command learn different weights: {', '.join(hashes)}")
    return [Asked(f"Fashion-MNIST, {epochs} epochs: fit beside the command's training", "times", 1.05,
                  medians["fit"] / medians["command"])]


def of_estimators(package, turns):
    """Fits on one thread beside MLPClassifier's."""
    from sklearn.datasets import load_digits, load_iris
    from sklearn.neural_network import MLPClassifier

    asked = []
    for title, load, hidden, batch, epochs, limit in (("digits", load_digits, (64, 32), 32, 50, 10),
                                                      ("iris", load_iris, (16,), 16, 200, 5)):
        x, y = load(return_X_y=True)
        ours = package.StrataClassifier(hidden=hidden, activation="relu", upper="adam", upper_layers=len(hidden) + 1,
                                        batch_size=batch, sampling="shuffle", validation_split=0, epochs=epochs, n_jobs=1)
        theirs = MLPClassifier(hidden, batch_size=batch, alpha=0, max_iter=epochs, tol=0, n_iter_no_change=epochs + 1)
        medians = turns.medians({"ours": lambda ours=ours, x=x, y=y: ours.fit(x, y) and None,
                                 "theirs": lambda theirs=theirs, x=x, y=y: theirs.fit(x, y) and None})
        for model in (ours, theirs):
            if not model.score(x, y) > 0.8:
                raise RuntimeError(f"{title}: {model} has learnt too little")
        asked.append(Asked(f"{title}, {hidden}, batch {batch}, {epochs} epochs, 1 thread: as fast as MLPClassifier", "times",
                           limit, medians["theirs"] / medians["ours"], at_least=True))
    return asked


def repeated(call, times):
    """A call that says the mean seconds of so many."""
    def measured():
        begin = time.perf_counter()
        for _ in range(times):
            call()
        return (time.perf_counter() - begin) / times

    return measured


def of_one_row(package, turns):
    """Model.predict beside a call of the C function whose arguments are ready."""
    from strata_mlp import _library, _rows

    draw = np.random.default_rng(1)
    x = draw.standard_normal((1000, 784), dtype=np.float32)
    model = package.Trainer(x, np.arange(1000) % 10, epochs=1, threads=1).run().model
    row = x[:1]
    array, predictions = _rows.described(row), np.empty((1, 10), np.float32)
    described, handle, place = ctypes.byref(array), model._handle.pointer, predictions.ctypes.data
    medians = turns.medians({
        "predict": repeated(lambda: model.predict(row), 2000),
        "bare": repeated(lambda: _library.library.strata_model_predict(handle, described, 0, place, 10), 2000)})
    return [Asked("Model.predict of a row of the default network, above the call of the C function", "us", 50,
                  (medians["predict"] - medians["bare"]) * 1e6)]


def of_many_rows(package, arguments, folder, turns):
    """A million rows from memory beside the command's from an NPY file into one, its start included."""
    rows = PREDICTED_ROWS // (20 if arguments.quick else 1)
    x = np.random.default_rng(1).standard_normal((rows, 28), dtype=np.float32)
    np.save(folder / "rows.npy", x)
    model = package.Trainer(x[:1000], np.arange(1000) % 2, hidden=(64,), loss="binary_cross_entropy", epochs=1,
                            threads=1).run().model
    model.save(folder / "model.safetensors")
    command = [arguments.build / "strata", "predict", folder / "model.safetensors", "--data", folder / "rows.npy", "--output",
               folder / "predicted.npy", "--threads", str(arguments.threads), "--quiet"]

    def in_memory():
        model.outputs(x, arguments.threads)

    def by_command():
        subprocess.run(command, check=True)

    medians = turns.medians({"memory": in_memory, "command": by_command})
    if not np.array_equal(np.load(folder / "predicted.npy"), model.predict_proba(x)):
        raise RuntimeError("the command predicts other bits")
    return [Asked(f"{rows:,} rows of 28-64-1 by Model.outputs beside the command", "times", 1.05,
                  medians["memory"] / medians["command"])]


# ---- The page


def markdown(result, asked):
    titles = list(next(iter(result["cases"].values())))
    tables = []
    for kind, head, unit, digits in (("step", "microseconds a step (times Strata's)", 1e6, 2),
                                     ("start", "milliseconds to begin and end a fit (times Strata's)", 1e3, 2)):
        rows = [[title] + [f"{one[who][kind] * unit:,.{digits}f} ({one[who][kind] / one['Strata'][kind]:.1f})" for who in titles]
                for title, one in result["cases"].items()]
        tables.append(report.table([head, *titles], rows))
    return "\n\n".join([report.machine_text(result), *tables,
                        report.table(["asked for", "limit", "measured", "holds"], [one.row() for one in asked]),
                        report.quiet_text([result["cpus_of_others"]])])


def main(arguments, folder):
    package = strata_package.load(arguments.build)
    warnings.simplefilter("ignore")  # MLPClassifier's, that it did not converge
    turns = Turns(arguments.rounds)
    result = {"schema": 1, "threads": arguments.threads, **machine.describe(arguments.build / "strata"), "cases": {}}
    for case in CASES:
        print(case.title, file=sys.stderr, flush=True)
        result["cases"][case.title] = time_case(package, case, TIMED_STEPS // (8 if arguments.quick else 1), turns)
    print("what is asked for", file=sys.stderr, flush=True)
    asked = [*of_steps(result["cases"]), *of_estimators(package, turns), *of_one_row(package, turns),
             *of_many_rows(package, arguments, folder, turns), *of_fashion_mnist(package, arguments, turns)]
    result["asked"] = [dataclasses.asdict(one) for one in asked]
    result["cpus_of_others"] = turns.others.cpus()
    (arguments.build / "compare-fits.json").write_text(json.dumps(result, indent=1) + "\n")
    report.publish("fits", result, markdown(result, asked), arguments.docs)
