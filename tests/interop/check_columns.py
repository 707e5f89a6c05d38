"""check_columns.py STRATA [SEED]: dates as days, beside pandas; the importance of columns, beside scikit-learn's.

Dates: offset, mean and deviation of a model's column are those of pandas' timestamps. Importance: means over Strata's five
shuffles and permutation_importance's fifty of the same network differ by no more than four of their deviations.
"""

import json
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.inspection import permutation_importance

DAY = np.timedelta64(1, "D")


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def tensors_of(path):
    data = Path(path).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    types = {"F32": "<f4", "F64": "<f8"}
    return {
        name: np.frombuffer(data[8 + size :][slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def check_dates(strata, rng, folder):
    with_times = rng.random() < 0.5
    rows = rng.randint(5, 60)
    start = np.datetime64(f"{rng.randint(1890, 2090)}-01-01", "s")
    moments = [start + np.timedelta64(rng.randint(0, 86400 * 900), "s") for _ in range(rows)]
    texts = [str(moment) if with_times else str(moment.astype("M8[D]")) for moment in moments]
    lines = ["when,x,y"] + [f"{text},{rng.uniform(-1, 1):.3f},{rng.uniform(0, 9):.3f}" for text in texts]
    (folder / "dates.csv").write_text("\n".join(lines) + "\n")
    run(strata, "train", "--data", folder / "dates.csv", "--target-columns", "y", "--date-columns", "when",
        "--validation-split", "0", "--hidden", "none", "--epochs", "1", "--quiet", "--save", folder / "dates.safetensors")
    model = tensors_of(folder / "dates.safetensors")
    days = (pd.to_datetime(pd.Series(texts)).to_numpy() - np.datetime64("1970-01-01", "s")) / DAY
    offset = model["scaler.offset"][0] if "scaler.offset" in model else 0.0
    held = (days - offset).astype(np.float32).astype(np.float64)
    assert abs(model["scaler.mean"][0] - held.mean()) <= 1e-6 * max(1, abs(held).max()), (texts, offset, held.mean())
    assert abs(model["scaler.scale"][0] - (held.std() or 1)) <= 1e-6 * max(1, held.std()), (texts, held.std())


class Network:
    """A model of Strata's by its tensors: ELU, then softmax."""

    def __init__(self, path):
        self.tensors = tensors_of(path)
        self.layers = sum(name.endswith(".weight") for name in self.tensors)

    def fit(self, x, y):
        raise NotImplementedError("permutation_importance asks for the method, and does not call it")

    def mean_loss(self, x, y):
        x = (x - self.tensors["scaler.mean"]) / self.tensors["scaler.scale"]
        for layer in range(self.layers):
            x = x @ self.tensors[f"layers.{layer}.weight"].T.astype(float) + self.tensors[f"layers.{layer}.bias"]
            if layer + 1 < self.layers:
                x = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
        x = x - x.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(y)), y]))


def check_importance(strata, seed, folder):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1500, 5)).astype(np.float32)
    y = (x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + 0.1 * rng.normal(size=1500) > 0).astype(int)
    table = pd.DataFrame(x, columns=list("abcde")).assign(label=np.where(y == 1, "yes", "no"))
    table.to_csv(folder / "columns.csv", index=False)
    run(strata, "train", "--data", folder / "columns.csv", "--hidden", "16", "--validation-split", "0", "--epochs", "8",
        "--quiet", "--seed", seed, "--save", folder / "columns.safetensors")
    told = json.loads(run(strata, "evaluate", folder / "columns.safetensors", "--data", folder / "columns.csv",
                          "--importance", "--json", "--quiet"))
    network = Network(folder / "columns.safetensors")
    assert abs(network.mean_loss(x, y) - told["loss"]) < 1e-5, (network.mean_loss(x, y), told["loss"])
    theirs = permutation_importance(network, x, y, scoring=lambda model, rows, labels: -model.mean_loss(rows, labels),
                                    n_repeats=50, random_state=seed)
    ours = {column["name"]: column for column in told["importance"]}
    for i, name in enumerate("abcde"):
        mean, deviation = theirs.importances_mean[i], theirs.importances_std[i]
        tolerance = 4 * np.sqrt(deviation**2 / 5 + deviation**2 / 50) + 1e-5
        assert abs(ours[name]["mean"] - mean) <= tolerance, (name, ours[name], mean, deviation)
        print(f"importance of {name}: {ours[name]['mean']:.4f}, permutation_importance {mean:.4f} ± {deviation:.4f}")


def main():
    strata = Path(sys.argv[1]).resolve()
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(f"columns: seed {seed}")
    with tempfile.TemporaryDirectory() as name:
        for i in range(12):
            check_dates(strata, random.Random(seed + i), Path(name))
        print("12 tables' dates are pandas'")
        check_importance(strata, seed, Path(name))


main()
