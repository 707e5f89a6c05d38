"""regularised.py STRATA DATA_FOLDER [GOLDEN_FILE]: what training may add to the plain loss, beside Keras and PyTorch.

Trains the network of problem.py with label smoothing, class weights and clipping in Strata by either convention and in
its framework, prints the largest relative difference of the step losses, and exits with 1 if one is above TOLERANCE.
The rows make 31 whole batches and one of 8 rows an epoch. With GOLDEN_FILE the frameworks' losses are written there.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import torch

import compare_losses
import frameworks
import problem

TOLERANCE = 2e-4
TRAIN_ROWS = 1000
STEPS = 200
BATCH_SIZE = 32
UPPER_LAYERS = 2
LOWER, UPPER = "sgd,lr=0.01,momentum=0.9", "adam,lr=0.001"
CLASSES = problem.SIZES[-1]
WEIGHTS = "0.5,1,2,1.5,0.8,1,3,1,0.25,1.2"

OPTIONS = [
    ["--label-smoothing", "0.1"],
    ["--class-weights", WEIGHTS],
    ["--class-weights", "balanced"],
    ["--label-smoothing", "0.2", "--class-weights", WEIGHTS],
    ["--clip-norm", "0.5"],
    ["--clip-value", "0.002"],
    ["--label-smoothing", "0.1", "--class-weights", WEIGHTS, "--clip-norm", "0.5"],
]


def read_data(folder):
    """Standardised features (TRAIN_ROWS, 784) float32, labels int64."""
    images = problem.read_idx(Path(folder) / "train-images-idx3-ubyte.gz").reshape(-1, problem.SIZES[0])[:TRAIN_ROWS]
    labels = problem.read_idx(Path(folder) / "train-labels-idx1-ubyte.gz")[:TRAIN_ROWS].astype(np.int64)
    mean = images.mean(axis=0, dtype=np.float64)
    scale = images.std(axis=0, dtype=np.float64)
    scale[scale == 0] = 1
    return (images.astype(np.float32) - mean.astype(np.float32)) / scale.astype(np.float32), labels


def batches(features, labels):
    starts = list(range(0, TRAIN_ROWS, BATCH_SIZE))
    for step in range(STEPS):
        first = starts[step % len(starts)]
        yield features[first:first + BATCH_SIZE], labels[first:first + BATCH_SIZE]


class Options:
    """The values of Strata's options, as the frameworks take them."""

    def __init__(self, words, labels):
        values = dict(zip(words[::2], words[1::2]))
        self.smoothing = float(values.get("--label-smoothing", 0))
        self.clip_norm = float(values["--clip-norm"]) if "--clip-norm" in values else None
        self.clip_value = float(values["--clip-value"]) if "--clip-value" in values else None
        weights = values.get("--class-weights")
        if weights == "balanced":
            self.weights = len(labels) / (CLASSES * np.bincount(labels, minlength=CLASSES))
        else:
            self.weights = np.array(weights.split(","), float) if weights else None


def keras_losses(data, options):
    """Class weights as Model.fit(class_weight=...) applies them: as the rows' sample weights."""
    model = keras.Sequential([keras.Input((problem.SIZES[0],))])
    for layer, outputs in enumerate(problem.SIZES[1:]):
        model.add(keras.layers.Dense(outputs, activation="elu" if layer + 1 < problem.LAYERS else None))
    for layer, (weight, bias) in zip(model.layers, problem.initial_weights()):
        layer.set_weights([weight.T, bias])
    variables = model.trainable_variables
    split = 2 * (problem.LAYERS - UPPER_LAYERS)
    optimizers = [frameworks.keras_optimizer(LOWER), frameworks.keras_optimizer(UPPER)]
    optimizers[0].build(variables[:split])
    optimizers[1].build(variables[split:])
    clip = {"global_clipnorm": options.clip_norm, "clipvalue": options.clip_value}
    clipper = keras.optimizers.SGD(**{key: value for key, value in clip.items() if value})
    loss_of = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=options.smoothing)
    class_weights = None if options.weights is None else tf.constant(options.weights, tf.float32)

    @tf.function(reduce_retracing=True)
    def step(features, labels):
        sample_weight = None if class_weights is None else tf.gather(class_weights, labels)
        with tf.GradientTape() as tape:
            logits = model(features, training=True)
            loss = loss_of(tf.one_hot(labels, CLASSES), logits, sample_weight=sample_weight)
        gradients = clipper._clip_gradients(tape.gradient(loss, variables))
        optimizers[0].apply(gradients[:split], variables[:split])
        optimizers[1].apply(gradients[split:], variables[split:])
        return loss

    return [float(step(tf.constant(x), tf.constant(y))) for x, y in batches(*data)]


def torch_losses(data, options):
    layers = [torch.nn.Linear(inputs, outputs) for inputs, outputs in zip(problem.SIZES, problem.SIZES[1:])]
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, problem.initial_weights()):
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
    parameters = [parameter for layer in layers for parameter in layer.parameters()]
    split = 2 * (problem.LAYERS - UPPER_LAYERS)
    optimizers = [frameworks.torch_optimizer(LOWER, parameters[:split]),
                  frameworks.torch_optimizer(UPPER, parameters[split:])]
    weights = None if options.weights is None else torch.tensor(options.weights, dtype=torch.float32)
    result = []
    for features, labels in batches(*data):
        x = torch.from_numpy(features)
        for layer in layers[:-1]:
            x = torch.nn.functional.elu(layer(x))
        loss = torch.nn.functional.cross_entropy(layers[-1](x), torch.from_numpy(labels), weight=weights,
                                                 label_smoothing=options.smoothing)
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        if options.clip_norm:
            torch.nn.utils.clip_grad_norm_(parameters, options.clip_norm)
        if options.clip_value:
            torch.nn.utils.clip_grad_value_(parameters, options.clip_value)
        for optimizer in optimizers:
            optimizer.step()
        result.append(loss.item())
    return result


def strata_losses(strata, folder, weights, convention, words):
    with tempfile.TemporaryDirectory() as temporary:
        metrics = Path(temporary) / "metrics.jsonl"
        command = [strata, "train", "--data", folder, "--initial-weights", weights, "--split", "tail",
                   "--validation-split", str(1 - (TRAIN_ROWS + 0.5) / 60_000), "--sampling", "sequential",
                   "--batch-size", str(BATCH_SIZE), "--max-steps", str(STEPS), "--convention", convention,
                   "--lower", LOWER, "--upper", UPPER, "--upper-layers", str(UPPER_LAYERS),
                   "--metrics", metrics, "--progress", "none", *words]
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {finished.returncode}\n{finished.stderr}")
        lines = map(json.loads, metrics.read_text().splitlines())
        return [line["loss"] for line in lines if line["type"] == "step"]


def write_golden(path, runs):
    """The shortest decimals that read back as the same float32."""
    lines = [json.dumps({"convention": convention, "options": words})[:-1]
             + ', "losses": [' + ",".join(str(np.float32(loss)) for loss in losses) + "]}"
             for convention, words, losses in runs]
    text = '{"runs": [\n' + ",\n".join(lines) + "\n]}\n"
    json.loads(text)
    Path(path).write_text(text)


def main():
    strata, folder, *golden = sys.argv[1:]
    data = read_data(folder)
    runs = []
    failures = 0
    print(f"{'convention':10} {'strata':>8}   largest relative difference, with these options")
    with tempfile.TemporaryDirectory() as temporary:
        weights = Path(temporary) / "weights.safetensors"
        compare_losses.save_weights(weights)
        for convention, losses in (("keras", keras_losses), ("torch", torch_losses)):
            for words in OPTIONS:
                expected = losses(data, Options(words, data[1]))
                runs.append((convention, words, expected))
                found = strata_losses(strata, folder, weights, convention, words)
                difference = problem.largest_difference(found, expected)
                failed = difference > TOLERANCE
                failures += failed
                print(f"{convention:10} {difference:8.1e}   {' '.join(words)}{'  FAILED' if failed else ''}", flush=True)
    if golden:
        write_golden(golden[0], runs)
    print(f"{len(runs) - failures} passed, {failures} failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
