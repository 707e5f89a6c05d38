"""Strata's own contestants: the program run anew in every round, and the plain oneDNN loop of strata_bench.

They answer as a worker's process does (worker.py).
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import safetensors.numpy

import task
import worker

MAX_EPOCHS = 100
EPOCH_LINE = '"type":"epoch"'


def save_initial_weights(path):
    tensors = {}
    for layer, (weight, bias) in enumerate(task.problem.initial_weights()):
        tensors[f"layers.{layer}.weight"] = weight
        tensors[f"layers.{layer}.bias"] = bias
    safetensors.numpy.save_file(tensors, path)


class Program:
    """`strata train` with one engine; a round is an epoch of a new process."""

    def __init__(self, settings, engine, batch):
        self.settings, self.engine, self.batch = settings, engine, batch
        self.rounds = 0

    def command(self, *options):
        return [self.settings.strata, "train", "--data", self.settings.data, "--engine", self.engine,
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
        lines = self.finish("--sampling", "sequential", "--max-steps", str(task.CHECKED_STEPS))[2]
        losses = [line["loss"] for line in lines if line["type"] == "step"]
        expected = task.expected_losses(self.settings.task_data(), self.batch, "keras")
        return {"losses": losses, "difference": task.problem.largest_difference(losses, expected)}

    def round(self, seconds):
        del seconds  # an epoch, as that is what the program counts
        self.rounds += 1
        lines = self.finish("--epochs", "1", "--seed", str(self.rounds))[2]
        epoch = next(line for line in lines if line["type"] == "epoch")
        return {"seconds_a_step": self.batch / epoch["samples_per_second"], "steps": task.steps_an_epoch(self.batch)}

    def train_to(self, accuracy, max_seconds):
        """`wall` is the process's own, from its start to the epoch line that says so."""
        begin = time.monotonic()
        process = self.start("--metrics", "-", "--epochs", str(MAX_EPOCHS), "--sampling", "sequential")
        train_seconds, seconds, reached = 0.0, 0.0, []
        for line in process.stdout:
            if EPOCH_LINE in line:  # parsing the steps' lines would cost CPU time that is the run's
                line = json.loads(line)
                reached.append(line["val_accuracy"])
                train_seconds += task.steps_an_epoch(self.batch) * self.batch / line["samples_per_second"]
                seconds += line["seconds"]
                if reached[-1] >= accuracy or seconds > max_seconds:
                    break
        wall = time.monotonic() - begin
        process.kill()
        process.wait()
        process.stdout.close()
        if reached[-1] < accuracy:
            return {"train_seconds": None, "seconds": None, "accuracies": reached}
        return {"train_seconds": train_seconds, "seconds": seconds, "wall": wall, "accuracies": reached}

    def memory(self):
        """The peak up to the end of an epoch with its validation, read while the process still lives."""
        process = self.start("--metrics", "-", "--epochs", "2")
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
    """strata_bench's loop over oneDNN's primitives: no data, loss or optimizer, so it has a time a step only."""

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
        return {"seconds_a_step": row["median"], "steps": rounds}

    def first_step(self):
        return None

    losses = memory = warm_up = first_step

    def train_to(self, accuracy, max_seconds):
        del accuracy, max_seconds

    def pause(self):
        pass

    resume = stop = pause


