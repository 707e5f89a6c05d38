"""compare_losses.py STRATA DATA_FOLDER: Strata's step losses against Keras' and PyTorch's.

Trains every pair of optimizers in all three from the same weights over the same batches, prints the largest relative
difference of each pair, and exits with 1 if one is above TOLERANCE.
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

TOLERANCE = 2e-4  # Strata against a framework
REFERENCE_TOLERANCE = 2e-5  # a framework against the formulas in float64: rounding alone


def save_weights(path):
    tensors = {}
    for layer, (weight, bias) in enumerate(problem.initial_weights()):
        tensors[f"layers.{layer}.weight"] = weight
        tensors[f"layers.{layer}.bias"] = bias
    safetensors.numpy.save_file(tensors, path)


def strata_losses(strata, data, weights, convention, pair):
    with tempfile.TemporaryDirectory() as folder:
        metrics = Path(folder) / "metrics.jsonl"
        command = [strata, "train", "--data", data, "--initial-weights", weights, "--split", "tail",
                   "--sampling", "sequential", "--batch-size", str(problem.BATCH_SIZE),
                   "--max-steps", str(problem.STEPS), "--convention", convention,
                   "--lower", pair[0], "--upper", pair[1], "--upper-layers", str(problem.UPPER_LAYERS),
                   "--metrics", metrics, "--progress", "none"]
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {finished.returncode}\n{finished.stderr}")
        lines = map(json.loads, metrics.read_text().splitlines())
        return [line["loss"] for line in lines if line["type"] == "step"]


def main():
    strata, data = sys.argv[1:]
    batches = problem.batches(data)
    failures = 0
    print(f"{'convention':10} {'lower':39} {'upper':39} {'strata':>8} {'formulas':>8}   largest relative difference")
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.safetensors"
        save_weights(weights)
        for convention, pair in problem.RUNS:
            expected = frameworks.losses(batches, pair, convention)
            difference = problem.largest_difference(strata_losses(strata, data, weights, convention, pair), expected)
            formulas = problem.largest_difference(reference.losses(batches, pair, convention), expected)
            failed = difference > TOLERANCE or formulas > REFERENCE_TOLERANCE
            failures += failed
            print(f"{convention:10} {pair[0]:39} {pair[1]:39} {difference:8.1e} {formulas:8.1e}",
                  "  FAILED" if failed else "", flush=True)

    pair = problem.PAIRS[-1]
    difference = problem.largest_difference(frameworks.keras_losses(batches, pair, from_probabilities=True),
                                            reference.losses(batches, pair, "keras"))
    failed = difference > REFERENCE_TOLERANCE
    failures += failed
    print(f"Keras from softmax probabilities against the formulas: {difference:.1e}", "  FAILED" if failed else "")
    print(f"{len(problem.RUNS) + 1 - failures} passed, {failures} failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
