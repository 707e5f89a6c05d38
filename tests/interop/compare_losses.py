"""compare_losses.py STRATA DATA_FOLDER [PATTERN]: Strata's step losses against Keras' and PyTorch's.

Trains every pair of optimizers (those whose text holds PATTERN) in all three from the same weights over the same
batches, prints the largest relative difference of each pair, and exits with 1 if one is above its tolerance.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import safetensors.numpy

import frameworks
import problem
import reference

FORMULA_SHARE = 0.5  # of the tolerance: a framework against the formulas in float64 differs by rounding alone


def save_weights(path):
    tensors = {}
    for layer, (weight, bias) in enumerate(problem.initial_weights()):
        tensors[f"layers.{layer}.weight"] = weight
        tensors[f"layers.{layer}.bias"] = bias
    safetensors.numpy.save_file(tensors, path)


def strata_losses(strata, data, weights, case):
    with tempfile.TemporaryDirectory() as folder:
        metrics = Path(folder) / "metrics.jsonl"
        lower, upper = case.pair
        command = [strata, "train", "--data", data, "--initial-weights", weights, "--split", "tail",
                   "--validation-split", str(1 - (case.train_rows + 0.5) / problem.ALL_ROWS),
                   "--sampling", "sequential", "--batch-size", str(problem.BATCH_SIZE),
                   "--max-steps", str(case.steps), "--convention", case.convention,
                   "--lower", lower, "--upper", upper, "--upper-layers", str(problem.UPPER_LAYERS),
                   "--metrics", metrics, "--progress", "none"]
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {finished.returncode}\n{finished.stderr}")
        lines = map(json.loads, metrics.read_text().splitlines())
        return [line["loss"] for line in lines if line["type"] == "step"]


def main():
    strata, folder, *pattern = sys.argv[1:]
    data = problem.Data(folder)
    cases = [case for convention in ("keras", "torch") for case in problem.problems(convention)
             if not pattern or pattern[0] in f"{case.convention} {' '.join(case.pair)}"]
    failures = 0
    print(f"{'convention':10} {'lower':39} {'upper':44} {'strata':>8} {'formulas':>8}   largest relative difference")
    with tempfile.TemporaryDirectory() as temporary:
        weights = Path(temporary) / "weights.safetensors"
        save_weights(weights)
        for case in cases:
            expected = frameworks.losses(data, case)
            difference = problem.largest_difference(strata_losses(strata, folder, weights, case), expected)
            formulas = problem.largest_difference(reference.losses(data.batches(case), case.pair, case.convention), expected)
            failed = difference > case.tolerance() or formulas > FORMULA_SHARE * case.tolerance()
            failures += failed
            print(f"{case.convention:10} {case.pair[0]:39} {case.pair[1]:44} {difference:8.1e} {formulas:8.1e}",
                  "  FAILED" if failed else "", flush=True)

    case = problem.Problem("keras", problem.FIRST_PAIRS[-1])
    batches = data.batches(case)
    difference = problem.largest_difference(frameworks.keras_losses(batches, case.pair, from_probabilities=True),
                                            reference.losses(batches, case.pair, case.convention))
    failed = difference > FORMULA_SHARE * case.tolerance()
    failures += failed
    print(f"Keras from softmax probabilities against the formulas: {difference:.1e}", "  FAILED" if failed else "")
    print(f"{len(cases) + 1 - failures} passed, {failures} failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
