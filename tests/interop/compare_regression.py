"""compare_regression.py STRATA: numbers learnt by Strata and by scikit-learn's MLPRegressor at equal settings.

Each data set is divided anew by five seeds. Both train with mse on the same rows, with MLPRegressor's own defaults but for
its penalty and its early end, which are off; first from the same weights (MLPRegressor's, by --initial-weights), then each
from its own. Batches are each one's own draws. Strata's mean test r2 has to be at least MLPRegressor's less the larger of
the two deviations over the seeds, in both cases.

How many times as fast it trains is shown, each on one thread: rows a second of all calls of fit by their CPU time, beside
the median of Strata's epochs by the clock, as its metrics have them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # before they are loaded

import numpy as np
import safetensors.numpy
from sklearn.datasets import load_diabetes, load_linnerud, make_friedman1
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

SEEDS = range(5)
HIDDEN, EPOCHS, BATCH = 100, 200, 200
DATA = {
    "diabetes": load_diabetes(return_X_y=True, scaled=False),
    "linnerud": load_linnerud(return_X_y=True),
    "friedman1": make_friedman1(6000, noise=1, random_state=0),
}


class Regressor(MLPRegressor):
    """Remembers the weights that it starts from."""

    def _initialize(self, *arguments):
        super()._initialize(*arguments)
        self.start = [(weight.T.copy(), bias.copy()) for weight, bias in zip(self.coefs_, self.intercepts_)]


def of_scikit_learn(parts, seed):
    """The test r2, the weights of the start, and rows a second."""
    x, x_test, y, y_test = parts
    features, targets = StandardScaler().fit(x), StandardScaler().fit(y)
    x, y = features.transform(x), targets.transform(y)
    model = Regressor(hidden_layer_sizes=(HIDDEN,), alpha=0, max_iter=EPOCHS, n_iter_no_change=EPOCHS, tol=0,
                      batch_size=min(BATCH, len(x)), random_state=seed)
    before = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that max_iter ends it
        model.fit(x, y[:, 0] if y.shape[1] == 1 else y)
    rate = len(x) * EPOCHS / (time.process_time() - before)
    predicted = model.predict(features.transform(x_test)).reshape(y_test.shape)
    return r2_score(y_test, targets.inverse_transform(predicted)), model.start, rate


def save_start(start, path):
    tensors = {}
    for layer, (weight, bias) in enumerate(start):
        tensors[f"layers.{layer}.weight"] = np.ascontiguousarray(weight, np.float32)
        tensors[f"layers.{layer}.bias"] = bias.astype(np.float32)
    safetensors.numpy.save_file(tensors, path)


def of_strata(program, parts, seed, start):
    """The test r2 from that start, that from its own, and rows a second."""
    with tempfile.TemporaryDirectory() as folder:
        for name, values in zip(("X_train", "X_test", "y_train", "y_test"), parts):
            np.save(Path(folder) / f"{name}.npy", values)
        save_start(start, Path(folder) / "start")
        options = ["--data", folder, "--loss", "mse", "--hidden", str(HIDDEN), "--activation", "relu", "--upper-layers",
                   "all", "--upper", "adam,lr=0.001,epsilon=1e-8", "--validation-split", "0", "--sampling", "shuffle",
                   "--batch-size", str(min(BATCH, len(parts[0]))), "--epochs", str(EPOCHS), "--seed", str(seed),
                   "--threads", "1", "--metrics", "-", "--quiet"]
        runs = []
        for of_its_own in (["--initial-weights", Path(folder) / "start"], ["--init", "glorot_uniform"]):
            ran = subprocess.run([program, "train", *options, *of_its_own], check=True, stdout=subprocess.PIPE)
            runs.append([json.loads(line) for line in ran.stdout.splitlines()])
    rates = [line["samples_per_second"] for run in runs for line in run if line["type"] == "epoch"]
    return *(run[-1]["test_r2"] for run in runs), np.median(rates)


def main():
    program, = sys.argv[1:]
    failures = []
    print(f"{'test r2':10} {'MLPRegressor':>18} {'Strata':>18} {'from its own start':>20} {'times faster':>13}")
    for name, (x, y) in DATA.items():
        theirs, ours, own, their_rates, our_rates = [], [], [], [], []
        for seed in SEEDS:
            parts = train_test_split(x, y.reshape(len(y), -1), test_size=0.25, random_state=seed)
            r2, start, rate = of_scikit_learn(parts, seed)
            theirs.append(r2)
            their_rates.append(rate)
            for values, value in zip((ours, own, our_rates), of_strata(program, parts, seed, start)):
                values.append(value)
        faster = np.median(our_rates) / np.median(their_rates)
        print(f"{name:10}", *(f"{np.mean(r2):10.4f} ± {np.std(r2):.4f}" for r2 in (theirs, ours, own)),
              f"{faster:15.1f}", flush=True)
        for what, r2 in (("from the same start", ours), ("from its own start", own)):
            if np.mean(r2) < np.mean(theirs) - max(np.std(theirs), np.std(r2)):
                failures.append(f"{name}, {what}: the r2 is lower by more than the deviation")
    sys.exit("\n".join(failures) or None)


if __name__ == "__main__":
    main()
