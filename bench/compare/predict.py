"""Rows a second that are predicted from memory and from files, beside ONNX Runtime on the exported model and scikit-learn."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import figures
import machine
import report
import strata_package
from framework_process import CommandedProcess
from quiet_machine import OtherPrograms, QuietMachine

TITLES = {"strata": "Strata", "onnxruntime": "ONNX Runtime", "sklearn": "scikit-learn"}
MANY = 1_000_000
NETWORKS = {  # the rows at once; ReLU, which scikit-learn has
    "28-64-1": (1, 1000, MANY),
    "784-300-100-50-10": (1, 1000, 60_000),
}
IN_FILES = "28-64-1"
ARRAY_MODEL, TABLE_MODEL = "model.safetensors", "table.safetensors"
QUICK_ROWS = 20_000
ROUND_SECONDS = 0.25
TOLERANCE = 1e-5  # of a probability
CHECKED_ROWS = 1000
REPEATED_ROWS = 10_000  # of the large table, so that it is written in seconds


def write_table(path, x, repeats=1, classes=None):
    """Features as c0, c1, …, and perhaps `class`."""
    columns = [f"c{column}" for column in range(x.shape[1])] + (["class"] if classes is not None else [])
    rows = [",".join(map(str, row)) for row in x.tolist()]
    if classes is not None:
        rows = [f"{row},{label}" for row, label in zip(rows, classes)]
    text = "\n".join(rows) + "\n"
    with open(path, "w", encoding="ascii") as table:
        table.write(",".join(columns) + "\n")
        for _ in range(repeats):
            table.write(text)


def make_models(strata, sizes, folder, rows):
    """The same network, of an epoch's training with its scaler, from arrays (.safetensors and .onnx) and from a table, which
    alone predicts a table's rows; and rows to predict."""
    draw = np.random.default_rng(1)
    few, classes = draw.standard_normal((2000, sizes[0]), dtype=np.float32), np.arange(2000) % max(2, sizes[-1])
    np.save(folder / "few.npy", few)
    np.save(folder / "classes.npy", classes)
    write_table(folder / "few.csv", few, classes=classes)
    train = [strata, "train", "--hidden", ",".join(map(str, sizes[1:-1])), "--activation", "relu", "--epochs", "1", "--loss",
             "binary_cross_entropy" if sizes[-1] == 1 else "softmax_cross_entropy", "--threads", "1", "--quiet"]
    for model, data in ((ARRAY_MODEL, ["--data", folder / "few.npy", "--labels", folder / "classes.npy"]),
                        (TABLE_MODEL, ["--data", folder / "few.csv", "--label-column", "class"])):
        subprocess.run([*train, *data, "--save", folder / model], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([strata, "export", folder / ARRAY_MODEL, "--output", folder / "model.onnx", "--quiet"], check=True)
    np.save(folder / "rows.npy", draw.standard_normal((rows, sizes[0]), dtype=np.float32))


def check(name, predicted, expected):
    """Throws unless these are Strata's probabilities. Its command writes one column of two classes, the second one's."""
    columns = min(predicted.shape[1], expected.shape[1])
    difference = np.abs(predicted[:, -columns:] - expected[:, -columns:]).max()
    if not difference <= TOLERANCE:
        raise RuntimeError(f"{TITLES[name]}: predictions differ from Strata's by {difference:.1e}")


class Contestant(CommandedProcess):
    def __init__(self, name, folder, threads, pin):
        super().__init__()
        self.name, self.threads = name, threads
        self.begin("predict_worker.py", name, folder, str(threads), log=folder / f"{name}-{threads}.log", pin=pin)


class InMemory:
    """All contestants on one network, each at each number of threads, in a process of its own and taking turns."""

    def __init__(self, folder, counts, cpus):
        self.folder = folder
        self.all = [Contestant(name, folder, count, lambda count=count: os.sched_setaffinity(0, cpus[:count]))
                    for name in TITLES for count in counts]
        self.machine, self.others = QuietMachine(), OtherPrograms()

    def check(self):
        expected = None
        for one in self.all:
            one.ask("save", rows=CHECKED_ROWS, path=str(self.folder / "predicted.npy"))
            one.pause()
            predicted = np.load(self.folder / "predicted.npy")
            expected = predicted if expected is None else expected
            check(one.name, predicted, expected)

    def time(self, rows, rounds):
        """{name: {threads: seconds of a call}}: medians."""
        seconds = {one: [] for one in self.all}
        for turn in range(rounds + 1):
            self.machine.turn()
            with self.others.watch(lambda: [one.process.pid for one in self.all]):
                for one, values in seconds.items():
                    one.resume()
                    values.append(one.ask("time", rows=rows, seconds=ROUND_SECONDS if turn else 0)["seconds"])
                    one.pause()
        result = {name: {} for name in TITLES}
        for one, values in seconds.items():
            result[one.name][one.threads] = figures.summary(values[1:])["median"]
        return result

    def close(self):
        self.machine.release()
        for one in self.all:
            one.stop()


class FromFiles:
    """Strata's command, and the others in a process of their own: from its start to its end."""

    def __init__(self, arguments, folder, counts, cpus):
        self.strata, self.folder, self.counts, self.cpus = arguments.build / "strata", folder, counts, cpus
        self.machine, self.others = QuietMachine(), OtherPrograms()

    def write(self, rows):
        """The first so many rows as input.csv and input.npy; beyond 10,000 a table repeats those."""
        x = np.load(self.folder / "rows.npy")[:rows]
        np.save(self.folder / "input.npy", x)
        write_table(self.folder / "input.csv", x[:REPEATED_ROWS], repeats=max(1, rows // REPEATED_ROWS))

    def run(self, name, threads, kind):
        """(seconds of the process, of reading, predicting and writing alone if it says so)."""
        source, output = self.folder / f"input.{kind}", self.folder / "output.npy"
        output.unlink(missing_ok=True)
        if name == "strata":
            model = self.folder / (TABLE_MODEL if kind == "csv" else ARRAY_MODEL)
            command = [self.strata, "predict", model, "--data", source, "--output", output, "--threads", str(threads),
                       "--quiet"]
        else:
            command = [sys.executable, Path(__file__).parent / "predict_worker.py", name, self.folder, str(threads), source,
                       output]
        begin = time.perf_counter()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, self.cpus[:threads]))
        return time.perf_counter() - begin, float(done.stdout) if done.stdout else None

    def check(self, kind):
        expected = None
        for name in TITLES:
            self.run(name, self.counts[0], kind)
            predicted = np.load(self.folder / "output.npy")
            expected = predicted if expected is None else expected
            check(name, predicted, expected)

    def time(self, kind, rounds):
        """{name: {threads: (seconds, seconds within)}}: medians."""
        self.check(kind)
        values = {(name, count): [] for name in TITLES for count in self.counts}
        for _ in range(rounds):
            self.machine.turn()
            with self.others.watch(list):
                for (name, count), seconds in values.items():
                    seconds.append(self.run(name, count, kind))
        self.machine.release()
        result = {name: {} for name in TITLES}
        for (name, count), seconds in values.items():
            within = [inner for _, inner in seconds if inner is not None]
            result[name][count] = (figures.summary([outer for outer, _ in seconds])["median"],
                                   figures.summary(within)["median"] if within else None)
        return result


def rate_cells(rows, seconds_by_name):
    """Of each contestant `rows a second on threads (times Strata's time)`, at the threads that suit it best."""
    best = {name: figures.best_threads(by_threads) for name, by_threads in seconds_by_name.items()}
    cells = []
    for name in TITLES:
        threads, seconds = best[name]
        cell = f"{rows / seconds:,.0f} on {threads}"
        cells.append(cell if name == "strata" else f"{cell} ({seconds / best['strata'][1]:.2f})")
    return cells


def without_start_cells(seconds):
    """Of those who say it, `seconds of reading, predicting and writing on threads (times Strata's whole process)`."""
    whole = figures.best_threads({count: outer for count, (outer, _) in seconds["strata"].items()})[1]
    cells = []
    for name in TITLES:
        if name != "strata":
            threads, inner = figures.best_threads({count: inner for count, (_, inner) in seconds[name].items()})
            cells.append(f"{inner:.3f} s on {threads} ({inner / whole:.2f})")
    return cells


def markdown(result):
    head = ["rows a second on the threads that suit best (times Strata's time)", "rows at once", *TITLES.values()]
    memory = [[network, f"{int(rows):,}", *rate_cells(int(rows), seconds)]
              for network, by_rows in result["memory"].items() for rows, seconds in by_rows.items()]
    files = []
    for rows, by_kind in result["files"].items():
        for kind, seconds in by_kind.items():
            whole = {name: {count: outer for count, (outer, _) in by.items()} for name, by in seconds.items()}
            files.append([f"{IN_FILES} from {kind.upper()}", f"{int(rows):,}", *rate_cells(int(rows), whole),
                          *without_start_cells(seconds)])
    others = [f"{TITLES[name]} without its start (times Strata's with it)" for name in TITLES if name != "strata"]
    return "\n\n".join([report.machine_text(result), "From memory, in Python, by one call:", report.table(head, memory),
                        "From files, processes from their start to their end:", report.table(head + others, files),
                        report.quiet_text(result["cpus_of_others"])])


def main(arguments, folder):
    strata_package.load(arguments.build)  # says here whether it can be
    cpus = sorted(os.sched_getaffinity(0))
    counts = [arguments.threads, *arguments.other_threads]
    result = {"schema": 1, "threads": arguments.threads, **machine.describe(arguments.build / "strata"), "memory": {},
              "files": {}, "cpus_of_others": []}
    for network, sizes in NETWORKS.items():
        rows_at_once = [min(rows, QUICK_ROWS) if arguments.quick else rows for rows in sizes]
        make_models(arguments.build / "strata", tuple(map(int, network.split("-"))), folder, max(rows_at_once))
        print(f"{network} from memory", file=sys.stderr, flush=True)
        memory = InMemory(folder, counts, cpus)
        try:
            memory.check()
            result["memory"][network] = {rows: memory.time(rows, arguments.rounds) for rows in rows_at_once}
        finally:
            memory.close()
        result["cpus_of_others"].append(memory.others.cpus())
        if network != IN_FILES:
            continue
        files = FromFiles(arguments, folder, counts, cpus)
        for rows in (rows_at_once[0], rows_at_once[-1]):
            print(f"{network} from files, {rows:,} rows", file=sys.stderr, flush=True)
            files.write(rows)
            result["files"][rows] = {kind: files.time(kind, min(3, arguments.rounds)) for kind in ("csv", "npy")}
        result["cpus_of_others"].append(files.others.cpus())
    (arguments.build / "compare-predict.json").write_text(json.dumps(result, indent=1) + "\n")
    report.publish("predict", result, markdown(result), arguments.docs)
