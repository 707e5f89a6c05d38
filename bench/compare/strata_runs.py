"""Strata's own contestants: the program run anew in every round, and the plain oneDNN loop of strata_bench.

They answer as a worker's process does (worker.py).
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import safetensors.numpy

import task
import worker

MAX_EPOCHS = 100
EPOCH_LINE = '"type":"epoch"'


def write_rows(folder, data):
    """The options that name these rows, which are now in files."""
    np.save(Path(folder) / "X.npy", data.features)
    targets = data.targets if data.targets.shape[1] > 1 else data.targets[:, 0].astype(np.int32)
    np.save(Path(folder) / "y.npy", targets)
    return ["--data", Path(folder) / "X.npy", "--labels", Path(folder) / "y.npy"]


def network_options(chosen):
    """Of a task whose rows were made up: they are not scaled, and Adam alone trains."""
    options = ["--scaler", "none", "--hidden", ",".join(map(str, chosen.sizes[1:-1])), "--activation", chosen.activation,
               "--loss", chosen.loss, "--upper-layers", str(chosen.layers), "--upper", chosen.optimizers[1]]
    return options + (["--target-scaler", "none"] if chosen.loss == "mse" else [])


def save_initial_weights(path, chosen):
    tensors = {}
    for layer, (weight, bias) in enumerate(chosen.initial_weights()):
        tensors[f"layers.{layer}.weight"] = weight
        tensors[f"layers.{layer}.bias"] = bias
    safetensors.numpy.save_file(tensors, path)


class Program:
    """`strata train` with one engine; a round is an epoch of a new process, or several if an epoch is a single step."""

    def __init__(self, settings, engine, batch):
        self.settings, self.engine, self.batch = settings, engine, batch
        self.task = settings.task
        self.rounds = 0
        whole = self.task.takes_all(batch)
        self.epochs_a_round = 4 * task.STEPS_A_CALL if whole else 1
        self.epochs_a_figure = task.STEPS_A_CALL if whole else 1
        self.sampling = ["--sampling", "sequential"]
        self.drawing = self.sampling if whole else []

    def command(self, *options):
        return [self.settings.strata, "train", *self.settings.strata_options, "--engine", self.engine,
                "--threads", str(self.settings.threads), "--batch-size", str(self.batch), "--split", "tail",
                "--initial-weights", self.settings.weights, "--quiet", *options]

    def start(self, *options):
        return subprocess.Popen(self.command(*options), stdout=subprocess.PIPE, text=True,
                                preexec_fn=self.settings.pin)

    def finish(self, *options):
        """Runs it to the end: (its result, seconds, its metrics' JSON lines)."""
        metrics = Path(self.settings.folder) / "metrics.jsonl"
        begin = time.monotonic()
        process = self.start("--json", "--metrics", metrics, *options)
        output = process.communicate()[0]
        seconds = time.monotonic() - begin
        if process.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, process.args))}: exit code {process.returncode}")
        return json.loads(output), seconds, [json.loads(line) for line in metrics.read_text().splitlines()]

    def warm_up(self):
        self.finish("--max-steps", "1")

    def first_step(self):
        """The whole process, less what it does from its first step on."""
        result, seconds, _ = self.finish("--max-steps", "1")
        return {"seconds": seconds - result["seconds"] + self.round(0)["seconds_a_step"]}

    def losses(self):
        lines = self.finish(*self.sampling, "--max-steps", str(task.CHECKED_STEPS), "--epochs", str(MAX_EPOCHS))[2]
        losses = [line["loss"] for line in lines if line["type"] == "step"]
        expected = self.task.expected_losses(self.settings.task_data(), self.batch, "keras")
        return {"losses": losses, "difference": task.problem.largest_difference(losses, expected)}

    def round(self, seconds):
        del seconds  # whole epochs, as that is what the program counts
        self.rounds += 1
        lines = self.finish(*self.drawing, "--epochs", str(self.epochs_a_round), "--seed", str(self.rounds))[2]
        rates = [line["samples_per_second"] for line in lines if line["type"] == "epoch"]
        return {"seconds_a_step": sum(self.batch / rate for rate in rates) / len(rates)}

    def train_to_target(self, max_seconds):
        """`wall` is the process's own, from its start to the epoch line that says so."""
        begin = time.monotonic()
        process = self.start("--metrics", "-", "--epochs", str(MAX_EPOCHS * self.epochs_a_figure), *self.sampling)
        rows_an_epoch = self.task.train_rows // self.batch * self.batch
        train_seconds, seconds, epochs, reached = 0.0, 0.0, 0, []
        for line in process.stdout:
            if EPOCH_LINE in line:  # parsing the steps' lines would cost CPU time that is the run's
                line = json.loads(line)
                epochs += 1
                train_seconds += rows_an_epoch / line["samples_per_second"]
                seconds += line["seconds"]
                if epochs % self.epochs_a_figure == 0:
                    reached.append(line[self.task.figure_name])
                    if self.task.reached(reached[-1]) or seconds > max_seconds:
                        break
        wall = time.monotonic() - begin
        process.kill()
        process.wait()
        process.stdout.close()
        if not self.task.reached(reached[-1]):
            return {"train_seconds": None, "seconds": None, "figures": reached}
        return {"train_seconds": train_seconds, "seconds": seconds, "wall": wall, "figures": reached}

    def memory(self):
        """The peak up to the end of an epoch with its validation, read while the process still lives."""
        process = self.start("--metrics", "-", "--epochs", "2", *self.drawing)
        for line in process.stdout:
            if EPOCH_LINE in line:
                break
        megabytes = worker.peak_memory(process.pid)
        process.kill()
        process.communicate()
        return {"megabytes": megabytes}

    def pause(self):
        pass

    resume = stop = pause


class PlainLoop:
    """strata_bench's loop over oneDNN's primitives for the images' network: no data, loss or optimizer, so it has a time a
    step only."""

    def __init__(self, settings, batch):
        self.settings, self.batch = settings, batch

    def round(self, seconds):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "bench.json"
            rounds = max(1, int(seconds / 0.06))
            subprocess.run([self.settings.strata_bench, "step", "--engine", "plain", "--batch", str(self.batch),
                            "--threads", str(self.settings.threads), "--rounds", str(rounds), "--json", file],
                           check=True, stdout=subprocess.DEVNULL, preexec_fn=self.settings.pin)
            row = next(row for row in json.loads(file.read_text())["rows"] if row["engine"] == "plain")
        return {"seconds_a_step": row["median"]}

    def first_step(self):
        return None

    losses = memory = warm_up = first_step

    def train_to_target(self, max_seconds):
        del max_seconds

    def pause(self):
        pass

    resume = stop = pause


