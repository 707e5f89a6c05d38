"""check_exports.py STRATA DATA_FOLDER: models of Strata in ONNX Runtime, PyTorch and Keras, and one of PyTorch in Strata.

Each model is exported, passes ONNX's checker, and gives the same probabilities for the whole test part by every code
block of docs/interoperability.md as by the formulas in float64 and by Strata itself.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import safetensors
import torch

import document
import problem

TOLERANCE = 1e-5  # absolute, of a probability
DOCUMENT = (Path(__file__).parents[2] / "docs" / "interoperability.md").read_text()

ACTIVATIONS = ["elu", "relu", "leaky_relu", "selu", "gelu", "swish", "tanh", "sigmoid", "softplus", "linear"]
SMALL = ["--hidden", "64,32", "--max-steps", "400"]
MODELS = {
    "the default network": ["--epochs", "1"],
    "no hidden layer": ["--hidden", "none", "--max-steps", "400"],
    "PyTorch's convention": [*SMALL, "--activation", "leaky_relu", "--convention", "torch"],
    "unit scaler": [*SMALL, "--scaler", "unit"],
    **{name: [*SMALL, "--activation", name] for name in ACTIVATIONS},
}


def activate(name, alpha, x):
    """The formulas of docs/numerics.md."""
    sigmoid = 1 / (1 + np.exp(-np.clip(x, -700, None)))
    elu = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    return {
        "elu": lambda: np.where(x > 0, x, alpha * elu),
        "relu": lambda: np.maximum(x, 0),
        "leaky_relu": lambda: np.where(x > 0, x, alpha * x),
        "selu": lambda: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * elu),
        "gelu": lambda: x / 2 * (1 + torch.erf(torch.from_numpy(x / np.sqrt(2))).numpy()),
        "swish": lambda: x * sigmoid,
        "tanh": lambda: np.tanh(x),
        "sigmoid": lambda: sigmoid,
        "softplus": lambda: np.logaddexp(0, x),
        "linear": lambda: x,
    }[name]()


def formulas(model, features):
    """The probabilities in float64."""
    with safetensors.safe_open(model, "np") as file:
        about = file.metadata()
        tensors = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}
    x = (features - tensors["scaler.mean"]) / tensors["scaler.scale"]
    layers = sum(name.endswith(".weight") for name in tensors)
    for k in range(layers):
        x = x @ tensors[f"layers.{k}.weight"].T + tensors[f"layers.{k}.bias"]
        if k < layers - 1:
            x = activate(about["activation"], float(about.get("alpha", 0)), x)
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def from_onnx(features):
    onnx.checker.check_model("model.onnx", full_check=True)
    names = document.run(document.blocks(DOCUMENT, "ONNX", "python")[0], features=features)
    assert (names["classes"] == names["probabilities"].argmax(1)).mean() > 0.999, "class is not the most probable one"
    return names["probabilities"]


def from_torch(features):
    return document.run(document.blocks(DOCUMENT, "PyTorch", "python")[0], features=features)["probabilities"]


def from_keras(features):
    return document.run(document.blocks(DOCUMENT, "Keras", "python")[0], features=features)["probabilities"]


class Strata:
    def __init__(self, program, data):
        self.program, self.data = program, data

    def run(self, command, *words):
        ran = subprocess.run([self.program, command, *words], check=True, stdout=subprocess.PIPE)
        return ran.stdout.decode()

    def train(self, *options):
        return json.loads(self.run("train", "--data", self.data, "--quiet", "--json", *options))

    def predict(self, features):
        self.run("predict", "run", "--data", self.data, "--format", "npy", "--output", "predicted.npy", "--quiet")
        return np.load("predicted.npy")


def check_model(strata, options, features, labels):
    """The largest differences from the formulas, by who computed."""
    result = strata.train("--run-dir", "run", *options)
    strata.run("export", "run", "--output", "model.onnx", "--quiet")
    exact = formulas("run/model.safetensors", features)
    readers = {"Strata": strata.predict, "ONNX": from_onnx, "PyTorch": from_torch, "Keras": from_keras}
    differences = {name: np.abs(read(features) - exact).max() for name, read in readers.items()}
    loss = -np.log(exact[np.arange(len(labels)), labels]).mean()
    assert abs(loss - result["test_loss"]) < 1e-5 * max(1, loss), (loss, result["test_loss"])
    return differences


def check_table(strata):
    """A table with a category and missing values: what goes into the graph follows from its feature_names."""
    random = np.random.default_rng(1)
    kinds = random.choice(["lily", "rose", "tulip"], 600)
    lengths = random.normal(np.char.str_len(kinds), 1.0).round(3)
    lengths[::7] = np.nan
    colours = random.choice(["blue", "red"], 600)
    rows = [f"{'' if np.isnan(length) else length},{colour},{kind}"
            for length, colour, kind in zip(lengths, colours, kinds)]
    Path("flowers.csv").write_text("\n".join(["length,colour,kind", *rows]) + "\n")
    strata.run("train", "--data", "flowers.csv", "--label-column", "kind", "--category-columns", "colour",
               "--missing", "mean", "--hidden", "8", "--epochs", "3", "--run-dir", "table", "--quiet", "--json")
    strata.run("export", "table", "--output", "model.onnx", "--quiet")
    strata.run("predict", "table", "--data", "flowers.csv", "--format", "npy", "--output", "table.npy", "--quiet")

    about = {entry.key: entry.value for entry in onnx.load("model.onnx").metadata_props}
    columns = {"length": lengths, "colour=blue": colours == "blue", "colour=red": colours == "red"}
    features = np.stack([columns[name] for name in json.loads(about["feature_names"])], 1).astype(np.float32)
    assert json.loads(about["class_names"]) == ["lily", "rose", "tulip"], about
    difference = np.abs(from_onnx(features) - np.load("table.npy")).max()
    assert difference <= TOLERANCE, difference
    print(f"a table, with missing values: ONNX and Strata differ by {difference:.1e}")


def check_way_back(strata, features):
    """A network of PyTorch, started from and not trained, has in Strata the loss that it had before."""
    first = strata.train("--run-dir", "run", *SMALL)
    names = document.run(document.blocks(DOCUMENT, "PyTorch", "python")[0], features=features)
    document.run(document.blocks(DOCUMENT, "PyTorch", "python")[1], network=names["network"])
    words = document.blocks(DOCUMENT, "PyTorch", "sh")[0].split()
    assert words[:2] == ["strata", "train"], words
    strata.train(*words[2:], "--hidden", "64,32")  # as the page has it
    again = strata.train("--initial-weights", "network.safetensors", "--hidden", "64,32", "--max-steps", "1",
                         "--lower", "sgd,lr=1e-30", "--upper", "sgd,lr=1e-30")  # too little to change a weight
    assert again["test_loss"] == first["test_loss"], (again, first)
    assert again["weights_hash"] == first["weights_hash"], (again, first)


def main():
    strata = Strata(*sys.argv[1:])
    images = problem.read_idx(Path(strata.data) / "t10k-images-idx3-ubyte.gz")
    features = images.reshape(len(images), -1).astype(np.float32)
    labels = problem.read_idx(Path(strata.data) / "t10k-labels-idx1-ubyte.gz")
    failed = False
    for name, options in MODELS.items():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            differences = check_model(strata, options, features, labels)
        bad = any(not difference <= TOLERANCE for difference in differences.values())
        failed |= bad
        print(f"{name:22}", *(f"{who} {difference:.1e} " for who, difference in differences.items()),
              " FAILED" if bad else "", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_way_back(strata, features)
        check_table(strata)
    print("a state dict of PyTorch goes in with the same loss")
    return failed


if __name__ == "__main__":
    sys.exit(main())
