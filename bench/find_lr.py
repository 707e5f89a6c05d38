#!/usr/bin/env python3
"""find_lr.py STRATA [TRAINING-EPOCHS]: what `strata find-lr` suggests, and how well that trains.

On Fashion-MNIST and two small tables it suggests rates with 5 seeds in tests of 60, 240 and 960 steps, trains at them
and at the default rates, and prints a Markdown table. Fails (1) where suggestions of one group lie further apart than a
factor of 3.5, where Fashion-MNIST has them for fewer than 4 of 5 seeds, or where the mean validation loss after training
at them lies more than 2 deviations above that at the defaults.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

SEEDS = range(42, 47)
STEPS = (60, 240, 960)
INPUTS = pathlib.Path(__file__).resolve().parent.parent / "tests/cli/inputs"


def flowers(folder):
    """The table of the README."""
    lines = ["length,width,kind"]
    lines += [f"{i % 3 + i % 7 / 9:.6g},{i % 5},{'rose' if i % 3 else 'lily'}" for i in range(150)]
    path = folder / "flowers.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def output_of(strata, *words):
    run = subprocess.run([strata, *map(str, words), "--threads", "1", "--quiet", "--json"], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def suggestions(strata, options, steps, seed):
    """The rate suggested for each group, or None, and the group's optimizer."""
    groups = output_of(strata, "find-lr", *options, "--steps", steps, "--seed", seed)["groups"]
    return {group["group"]: (group.get("suggestion"), group["optimizer"]) for group in groups}


def trained(strata, options, epochs, seed, rates):
    """The validation loss after training with these rates in the default optimizers."""
    words = [f"--{group}={'sgd' if group == 'lower' else 'adam'},lr={rate}" for group, rate in rates.items() if rate]
    return output_of(strata, "train", *options, *words, "--epochs", epochs, "--seed", seed)["val_loss"]


def main():
    strata = sys.argv[1]
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    failures = []
    with tempfile.TemporaryDirectory() as name:
        sets = {
            "Fashion-MNIST": [],
            "blobs.csv": ["--data", INPUTS / "blobs.csv", "--hidden", 8, "--upper-layers", 1],
            "flowers.csv": ["--data", flowers(pathlib.Path(name)), "--label-column", "kind", "--hidden", 16, "--batch-size", 8],
        }
        print("| data | steps | suggested | validation loss | at the default rates |\n|---|---|---|---|---|")
        for data, options in sets.items():
            default = [trained(strata, options, epochs, seed, {}) for seed in SEEDS]
            mean, deviation = statistics.mean(default), statistics.stdev(default)
            of_group = {}
            for steps in STEPS:
                found = {seed: suggestions(strata, options, steps, seed) for seed in SEEDS}
                cells = []
                for group in found[SEEDS[0]]:
                    rates = [found[seed][group][0] for seed in SEEDS]
                    of_group.setdefault(group, []).extend(rate for rate in rates if rate)
                    cells.append(f"{group} " + " ".join(f"{rate:g}" if rate else "–" for rate in rates))
                    if data == "Fashion-MNIST" and sum(rate is not None for rate in rates) < 4:
                        failures.append(f"{data}, {steps} steps, {group}: too few suggestions")
                losses = [trained(strata, options, epochs, seed, {g: r for g, (r, _) in found[seed].items()}) for seed in SEEDS]
                print(f"| {data} | {steps} | {'; '.join(cells)} | {statistics.mean(losses):.4f} ± {statistics.stdev(losses):.4f}"
                      f" | {mean:.4f} ± {deviation:.4f} |", flush=True)
                if statistics.mean(losses) > mean + 2 * deviation:
                    failures.append(f"{data}, {steps} steps: trains worse than the defaults")
            for group, rates in of_group.items():
                if rates and max(rates) > 3.5 * min(rates):
                    failures.append(f"{data}, {group}: suggestions differ by a factor of {max(rates) / min(rates):.2g}")
    print("\n".join(failures) or "as expected", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
