"""compare.py: times Strata beside JAX, PyTorch, Keras on TensorFlow and scikit-learn. See README.md."""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import contestants
import machine
import report
import task
from framework_process import FrameworkProcess
from quiet_machine import OtherPrograms, QuietMachine
from strata_runs import PlainLoop, Program, save_initial_weights

TITLES = {"strata-panels": "Strata, panels", "strata-onednn": "Strata, onednn",
          "plain": "oneDNN's primitives alone, a plain loop", **contestants.TITLES}
BATCHES = [32, 128, 1024]
TARGET_ACCURACY = 0.875
TARGET_BATCH = 32
TARGET_MAX_SECONDS = 60
ROUND_SECONDS = 0.25
TOLERANCE = 2e-4  # relative, of a loss: as tests/interop


class Settings:
    """What the contestants are started with."""

    def __init__(self, arguments, folder):
        self.strata = Path(arguments.build) / "strata"
        self.strata_bench = Path(arguments.build) / "bench" / "strata_bench"
        self.data = arguments.data
        self.threads = arguments.threads
        self.folder = folder
        self.weights = Path(folder) / "weights.safetensors"
        self.cpus = sorted(os.sched_getaffinity(0))[:arguments.threads]
        self.loaded = None
        if len(self.cpus) < self.threads:
            sys.exit(f"--threads {self.threads}: this process may use {len(self.cpus)} CPUs only")
        save_initial_weights(self.weights)

    def pin(self):
        """In a contestant's process: as many CPUs as threads, so that each framework's own choice of threads is ours."""
        os.sched_setaffinity(0, self.cpus)

    def task_data(self):
        if self.loaded is None:
            self.loaded = task.Data(self.data)
        return self.loaded


def make_contestant(settings, name, batch):
    if name == "plain":
        return PlainLoop(settings, batch)
    if name.startswith("strata-"):
        return Program(settings, name.removeprefix("strata-"), batch)
    return FrameworkProcess(settings, name, batch)


def summary(seconds):
    """Best, median, and the distance of the quartiles as a share of the median."""
    ordered = sorted(seconds)
    n = len(ordered)
    median = statistics.median(ordered)
    return {"best": ordered[0], "median": median, "spread": (ordered[n * 3 // 4] - ordered[n // 4]) / median}


def say(text):
    print(text, file=sys.stderr, flush=True)


class BatchRun:
    """All contestants at one batch size, each in its own process, taking turns."""

    def __init__(self, settings, names, batch):
        self.settings, self.batch = settings, batch
        self.all = {name: make_contestant(settings, name, batch) for name in names}
        self.results = {name: {} for name in names}
        self.machine = QuietMachine()
        self.others = OtherPrograms()

    def pids(self):
        return [one.process.pid for one in self.all.values() if getattr(one, "process", None)]

    def start(self):
        for name, one in self.all.items():
            self.machine.turn()
            answer = one.first_step()
            one.pause()
            if answer is not None:
                self.results[name]["startup_seconds"] = answer["seconds"]
                say(f"  {TITLES[name]}: first step after {answer['seconds']:.2f} s")

    def check(self):
        self.machine.release()
        for name, one in self.all.items():
            one.resume()
            answer = one.losses()
            one.pause()
            if answer is None:
                continue
            self.results[name]["loss_difference"] = answer["difference"]
            difference = answer["difference"]
            if difference is not None and not difference <= TOLERANCE:
                raise RuntimeError(f"{TITLES[name]}: losses at batch {self.batch} differ by {difference:.1e} "
                                   f"from the formulas': {answer['losses']}")
            if difference is None and not answer["losses"][-1] < answer["losses"][0]:
                raise RuntimeError(f"{TITLES[name]}: the loss does not fall: {answer['losses']}")

    def turn(self, one, seconds):
        one.resume()
        answer = one.round(seconds)
        one.pause()
        return answer["seconds_a_step"]

    def time(self, rounds):
        for one in self.all.values():  # the first turn settles how many steps a turn has
            self.machine.turn()
            self.turn(one, ROUND_SECONDS)
        seconds = {name: [] for name in self.all}
        for _ in range(rounds):
            self.machine.turn()
            with self.others.watch(self.pids):
                for name, one in self.all.items():
                    seconds[name].append(self.turn(one, ROUND_SECONDS))
        for name, values in seconds.items():
            self.results[name]["step"] = summary(values)

    def train_to_target(self):
        for name, one in self.all.items():
            self.machine.turn()
            with self.others.watch(self.pids):
                one.resume()
                answer = one.train_to(TARGET_ACCURACY, TARGET_MAX_SECONDS)
                one.pause()
            if answer is None:
                continue
            self.results[name]["target"] = {
                "accuracy": TARGET_ACCURACY, "train_seconds": answer["train_seconds"],
                "wall_seconds": answer.get("wall") or (
                    answer["seconds"] and answer["seconds"] + self.results[name]["startup_seconds"]),
                "epochs": len(answer["accuracies"]), "last_accuracy": answer["accuracies"][-1]}

    def stop(self):
        for name, one in self.all.items():
            one.resume()
            answer = one.memory()
            if answer is not None:
                self.results[name]["memory_megabytes"] = answer["megabytes"]

    def close(self):
        self.machine.release()
        for one in self.all.values():
            one.stop()


def warm_up(settings, names):
    """Brings what the contestants read when they start from the disk to the page cache: the first one would pay for it."""
    for file in sorted(Path(settings.data).iterdir()):
        file.read_bytes()
    for name in names:
        make_contestant(settings, name, TARGET_BATCH).warm_up()


def compare_batch(settings, names, batch, rounds):
    run = BatchRun(settings, names, batch)
    try:
        say(f"batch {batch}: starting")
        run.start()
        say("  comparing losses")
        run.check()
        say(f"  timing {rounds} rounds")
        run.time(rounds)
        if batch == TARGET_BATCH:
            say(f"  training to {100 * TARGET_ACCURACY} % of the validation rows")
            run.train_to_target()
        run.stop()
    finally:
        run.close()
    return {"contestants": run.results, "cpus_of_others": run.others.cpus()}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="bench/compare/run", description=__doc__)
    parser.add_argument("--all", action="store_true",
                        help="every contestant at every batch size, and the results into docs/performance.md")
    parser.add_argument("--batch", type=lambda text: [int(part) for part in text.split(",")], default=BATCHES)
    parser.add_argument("--contestant", type=lambda text: text.split(","), default=list(TITLES),
                        help="of " + ",".join(TITLES))
    parser.add_argument("--threads", type=int, default=min(2, len(os.sched_getaffinity(0))))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path, help="the results as JSON; default: compare-THREADS.json in the build")
    parser.add_argument("--resume", action="store_true", help="keep the batch sizes that --output already holds")
    parser.add_argument("--docs", action="store_true", help="table and chart into docs/")
    parser.add_argument("--build", type=Path, default=task.ROOT / "build" / "release")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    arguments = parser.parse_args()
    unknown = set(arguments.contestant) - set(TITLES)
    if unknown:
        parser.error(f"--contestant: {', '.join(sorted(unknown))} is not among {', '.join(TITLES)}")
    if arguments.all and (arguments.batch != BATCHES or arguments.contestant != list(TITLES)):
        parser.error("--all means every contestant and batch size: leave out --batch and --contestant")
    if arguments.output is None:
        arguments.output = arguments.build / f"compare-{arguments.threads}.json"
    return arguments


def main():
    arguments = parse_arguments()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="strata-compare-") as folder:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(Path(folder) / "torchinductor")
        settings = Settings(arguments, folder)
        result = {"schema": 1, "threads": arguments.threads, **machine.describe(settings.strata), "batches": {}}
        if arguments.resume and arguments.output.exists():
            before = json.loads(arguments.output.read_text())
            if {**before, "date": None, "batches": None} == {**result, "date": None, "batches": None}:
                result["batches"] = before["batches"]
        say("starting every contestant once")
        warm_up(settings, arguments.contestant)
        for batch in arguments.batch:
            if str(batch) not in result["batches"]:
                result["batches"][str(batch)] = compare_batch(settings, arguments.contestant, batch, arguments.rounds)
                arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    print(report.markdown(result, TITLES))
    if arguments.docs or arguments.all:
        report.write_docs(result, TITLES)
    say(f"{arguments.output}: {time.monotonic() - begin:.0f} s in all")


if __name__ == "__main__":
    main()
