"""check_exports.py STRATA DATA_FOLDER: models of Strata in ONNX Runtime, PyTorch and Keras, and one of PyTorch in Strata.

Each model is exported, passes ONNX's checker, and gives the same predictions by every code block of
docs/interoperability.md as by the formulas in float64 and by Strata itself: classifiers for the whole test part, and of
every other loss a model with weights of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import safetensors
import safetensors.numpy
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
    return document.run(document.blocks(DOCUMENT, "PyTorch", "python")[0], features=features)["predictions"]


def from_keras(features):
    return document.run(document.blocks(DOCUMENT, "Keras", "python")[0], features=features)["predictions"]


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


def elu_network(tensors, features):
    x = (features - tensors["scaler.mean"]) / tensors["scaler.scale"]
    x = activate("elu", 1, x @ tensors["layers.0.weight"].T + tensors["layers.0.bias"])
    return x @ tensors["layers.1.weight"].T + tensors["layers.1.bias"]


def check_objectives(strata):
    """Numbers, quantiles, labels and two classes by one output: ONNX Runtime, the page's PyTorch and Keras, and Strata
    beside the formulas in float64."""
    random = np.random.default_rng(3)
    features = random.normal(size=(300, 6)).astype(np.float32)
    np.save("features.npy", features)
    os.makedirs("run", exist_ok=True)
    cases = {
        "mse": ("numbers", 3, ["a", "b", "c"], ([100, -5, 1e-3], [30, 2, 1e-4])),
        "mae": ("numbers", 2, ["a", "b"], None),
        "huber,delta=0.5": ("numbers", 1, ["a"], ([-7], [1e4])),
        "quantile,q=0.9": ("numbers", 2, ["a", "b"], ([0, 1], [1, 2])),
        "quantile,q=0.1:0.5:0.9": ("numbers", 3, ["price"], ([1000], [30])),
        "binary_cross_entropy": ("labels", 3, ["x", "y", "z"], None),
        "binary_cross_entropy ": ("classes", 1, None, None),
    }
    for loss, (targets, outputs, names, scale) in cases.items():
        tensors = {"layers.0.weight": (8, 6), "layers.0.bias": (8,), "layers.1.weight": (outputs, 8), "layers.1.bias": (outputs,)}
        tensors = {name: random.normal(size=shape).astype(np.float32) for name, shape in tensors.items()}
        tensors |= {"scaler.mean": np.zeros(6, np.float32), "scaler.scale": np.full(6, 2, np.float32)}
        about = {"format_version": "2", "strata_version": "test", "activation": "elu", "alpha": "1", "convention": "keras",
                 "sample_shape": "6", "loss": loss.strip(), "targets": targets, "threshold": "0.3"}
        about |= {"classes": "2"} if targets == "classes" else {"target_names": json.dumps(names, separators=(",", ":"))}
        if scale:
            tensors |= {"target.mean": np.array(scale[0], np.float32), "target.scale": np.array(scale[1], np.float32)}
        safetensors.numpy.save_file(tensors, "run/model.safetensors", metadata=about)
        z = elu_network({name: t.astype(np.float64) for name, t in tensors.items()}, features)
        if targets == "numbers":
            expected = z * scale[1] + np.array(scale[0]) if scale else z
        else:
            expected = 1 / (1 + np.exp(-z))
        strata.run("predict", "run/model.safetensors", "--data", "features.npy", "--output", "predicted.npy", "--quiet")
        strata.run("export", "run/model.safetensors", "--output", "model.onnx", "--quiet")
        onnx.checker.check_model("model.onnx", full_check=True)
        found, *decided = onnxruntime.InferenceSession("model.onnx").run(None, {"features": features})
        # Two classes are two columns there, and the second one's probability on the page.
        columns = slice(1, 2) if targets == "classes" else slice(None)
        unit = np.array(scale[1]) if scale else 1
        predictions = {"Strata": np.load("predicted.npy")[:, columns], "ONNX": found[:, columns],
                       "PyTorch": from_torch(features), "Keras": from_keras(features)}
        assert all(one.shape == expected.shape for one in predictions.values()), loss
        differences = {who: np.abs((one - expected) / unit).max() for who, one in predictions.items()}
        assert max(differences.values()) <= TOLERANCE, (loss, differences)
        if targets == "labels":
            assert (decided[0] == (found > np.float32(0.3))).all()
        if targets == "classes":
            assert (decided[0] == (found[:, 1] > np.float32(0.3))).all()
        print(f"{targets + ' by ' + loss:32}", *(f"{who} {difference:.1e} " for who, difference in differences.items()),
              "of the deviation" if targets == "numbers" else "", flush=True)


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
        check_objectives(strata)
    print("a state dict of PyTorch goes in with the same loss")
    return failed


if __name__ == "__main__":
    sys.exit(main())
