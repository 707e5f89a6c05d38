"""compare.py [TASK…]: times Strata beside JAX, PyTorch, Keras on TensorFlow, scikit-learn and ONNX Runtime. See README.md."""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import contestants
import figures
import machine
import predict
import report
import small_fits
import strata_runs
from framework_process import FrameworkProcess
from quiet_machine import OtherPrograms, QuietMachine
from task import CHECKED_STEPS, ROOT, TASKS

TITLES = {"strata-panels": "Strata, panels", "strata-onednn": "Strata, onednn",
          "plain": "oneDNN's primitives alone, a plain loop", **contestants.TITLES}
PROGRAMS = {"predict": predict.main, "fits": small_fits.main}  # which are no trainings of one task
TARGET_MAX_SECONDS = 60
ROUND_SECONDS = 0.25
TOLERANCE = 2e-4  # relative, of a loss: as tests/interop


class Settings:
    """What the contestants of one task are started with, on so many threads."""

    def __init__(self, arguments, folder, chosen, threads):
        self.strata = arguments.build / "strata"
        self.strata_bench = arguments.build / "bench" / "strata_bench"
        self.data = arguments.data
        self.task = chosen
        self.threads = threads
        self.folder = folder
        self.weights = Path(folder) / "weights.safetensors"
        self.cpus = sorted(os.sched_getaffinity(0))[:threads]
        self.loaded = None
        strata_runs.save_initial_weights(self.weights, chosen)
        self.strata_options = ["--data", self.data]
        if chosen.made_up:
            self.strata_options = strata_runs.write_rows(folder, self.task_data()) + strata_runs.network_options(chosen)

    def pin(self):
        """In a contestant's process: as many CPUs as threads, so that each framework's own choice of threads is ours."""
        os.sched_setaffinity(0, self.cpus)

    def task_data(self):
        if self.loaded is None:
            self.loaded = self.task.make_data(self.data)
        return self.loaded


def make_contestant(settings, name, batch):
    if name == "plain":
        return strata_runs.PlainLoop(settings, batch)
    if name.startswith("strata-"):
        return strata_runs.Program(settings, name.removeprefix("strata-"), batch)
    return FrameworkProcess(settings, name, batch)


def say(text):
    print(text, file=sys.stderr, flush=True)


class BatchRun:
    """All contestants at one batch size and number of threads, each in its own process, taking turns."""

    def __init__(self, settings, names, batch):
        self.settings, self.batch = settings, batch
        self.all = {name: make_contestant(settings, name, batch) for name in names}
        self.results = {name: {} for name in names}
        self.wrong = {}
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
        """Leaves out whose losses are wrong: it trains something else. Strata's must be right."""
        self.machine.release()
        for name, one in list(self.all.items()):
            one.resume()
            answer = one.losses()
            one.pause()
            if answer is None:
                continue
            self.results[name]["loss_difference"] = difference = answer["difference"]
            wrong = None
            if difference is not None and not difference <= TOLERANCE:
                wrong = f"its losses of {CHECKED_STEPS} steps differ from the formulas' by up to {difference:.1e}"
            if difference is None and not answer["losses"][-1] < answer["losses"][0]:
                wrong = "its loss does not fall"
            if wrong is None:
                continue
            say(f"  {TITLES[name]}: {wrong}: {answer['losses']}")
            if name.startswith("strata-") or name == "plain":
                raise RuntimeError(f"{TITLES[name]} at batch {self.batch}: {wrong}")
            self.wrong[name] = wrong
            self.all.pop(name).stop()
            del self.results[name]

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
            self.results[name]["step"] = figures.summary(values)

    def train_to_target(self):
        for name, one in self.all.items():
            self.machine.turn()
            with self.others.watch(self.pids):
                one.resume()
                answer = one.train_to_target(TARGET_MAX_SECONDS)
                one.pause()
            if answer is None:
                continue
            self.results[name]["target"] = {
                "train_seconds": answer["train_seconds"],
                "wall_seconds": answer.get("wall") or (
                    answer["seconds"] and answer["seconds"] + self.results[name]["startup_seconds"]),
                "figures": answer["figures"]}

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
        make_contestant(settings, name, settings.task.target.batch).warm_up()


def compare_batch(settings, names, batch, rounds):
    run = BatchRun(settings, names, batch)
    try:
        say(f"{settings.task.name}, batch {batch}, {settings.threads} threads: starting")
        run.start()
        say("  comparing losses")
        run.check()
        say(f"  timing {rounds} rounds")
        run.time(rounds)
        if batch == settings.task.target.batch:
            say(f"  training to {settings.task.shown(settings.task.target.value)} of the held-out rows")
            run.train_to_target()
        run.stop()
    finally:
        run.close()
    return {"contestants": run.results, "wrong": run.wrong, "cpus_of_others": run.others.cpus()}


def search_threads(settings, names, batch, rounds):
    """The time of a step on another number of threads, for whoever it suits better."""
    run = BatchRun(settings, names, batch)
    try:
        say(f"{settings.task.name}, batch {batch}, {settings.threads} threads: starting")
        run.start()
        say(f"  timing {rounds} rounds")
        run.time(rounds)
    finally:
        run.close()
    return {name: one["step"] for name, one in run.results.items()}


def compare_task(arguments, folder, chosen):
    """Writes the results as JSON, prints them as Markdown. Whether somebody's were wrong."""
    names = [name for name in arguments.contestant if name != "plain" or not chosen.made_up]
    batches = arguments.batch or chosen.batches[:1 if arguments.quick else None]
    settings = Settings(arguments, folder, chosen, arguments.threads)
    output = arguments.build / f"compare-{chosen.name}-{arguments.threads}.json"
    result = {"schema": 3, "task": chosen.name, "threads": arguments.threads, "other_threads": arguments.other_threads,
              **machine.describe(settings.strata), "batches": {}}
    if arguments.resume and output.exists():
        before = json.loads(output.read_text())
        if {**before, "date": None, "batches": None} == {**result, "date": None, "batches": None}:
            result["batches"] = before["batches"]
    say("starting every contestant once")
    warm_up(settings, names)
    for batch in batches:
        if str(batch) not in result["batches"]:
            run = compare_batch(settings, names, batch, arguments.rounds)
            right = [name for name in names if name not in run["wrong"]]
            run["other_threads"] = {
                str(threads): search_threads(Settings(arguments, folder, chosen, threads), right, batch, arguments.rounds)
                for threads in arguments.other_threads}
            result["batches"][str(batch)] = run
            output.write_text(json.dumps(result, indent=1) + "\n")
    report.publish(chosen.name, result, report.markdown(result, TITLES), arguments.docs)
    if arguments.docs and chosen.name == "images" and arguments.threads == 2:
        report.write_chart(result, TITLES)
    say(f"results in {output}")
    return any(batch["wrong"] for batch in result["batches"].values())


def numbers(text):
    return [int(part) for part in text.split(",")]


def parse_arguments():
    known = [*TASKS, *PROGRAMS]
    quick = ["strata-panels", "jax-scan", "torch-eager", "sklearn"]
    cpus = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(prog="./dev compare", description=__doc__)
    parser.add_argument("task", nargs="*", metavar="TASK", help=f"of {', '.join(known)}; default: images")
    parser.add_argument("--quick", action="store_true",
                        help="less of everything, to see that it works: few contestants, rounds and batch sizes")
    parser.add_argument("--threads", type=int, default=min(2, cpus), help="ours, and what the table shows of all")
    parser.add_argument("--other-threads", type=lambda text: numbers(text) if text != "none" else [],
                        help="on which a step is timed as well; none; default: 1, 2, 4, … that there are CPUs for")
    parser.add_argument("--batch", type=numbers, help="of a training task; default: the task's")
    parser.add_argument("--contestant", type=lambda text: text.split(","), help="of " + ",".join(TITLES))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--resume", action="store_true", help="keep the batch sizes that the results already hold")
    parser.add_argument("--docs", action="store_true", help="the tables into docs/performance/comparison.md, too")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    arguments = parser.parse_args()
    arguments.task = arguments.task or ["images"]
    arguments.rounds = arguments.rounds or (2 if arguments.quick else 7)
    if arguments.other_threads is None:
        arguments.other_threads = figures.other_thread_counts(arguments.threads, cpus)
    if max([arguments.threads, *arguments.other_threads]) > cpus:
        parser.error(f"this process may use {cpus} CPUs only")
    if unknown := [name for name in arguments.task if name not in known]:
        parser.error(f"{', '.join(unknown)} is not among {', '.join(known)}")
    if arguments.docs and (arguments.quick or arguments.batch or arguments.contestant):
        parser.error("--docs means every contestant and batch size: leave out --quick, --batch and --contestant")
    arguments.contestant = arguments.contestant or (quick if arguments.quick else list(TITLES))
    if unknown := set(arguments.contestant) - set(TITLES):
        parser.error(f"--contestant: {', '.join(sorted(unknown))} is not among {', '.join(TITLES)}")
    return arguments


def main():
    arguments = parse_arguments()
    begin = time.monotonic()
    wrong = False
    for name in arguments.task:
        with tempfile.TemporaryDirectory(prefix="strata-compare-") as folder:
            os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(Path(folder) / "torchinductor")
            if name in PROGRAMS:
                PROGRAMS[name](arguments, Path(folder))
            elif compare_task(arguments, folder, TASKS[name]):
                wrong = True
    say(f"{time.monotonic() - begin:.0f} s in all")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
