"""check_schedules.py STRATA DATA_FOLDER: Strata's learning rates against PyTorch's and Keras' schedules, and when it
stops early.

Trains a small network with each schedule, reads the rates of every step from the metrics, and fails if one differs from
the framework's by more than TOLERANCE, relative to the base rate.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import torch
from torch.optim import lr_scheduler

TOLERANCE = {"torch": 1e-12, "keras": 1e-6}  # PyTorch computes rates in float64, Keras in float32
LR = 0.3
STEPS = 200

# The keys of the OPTIMIZER, and the framework's schedule that they mean.
TORCH = [
    ("schedule=step,step_size=30,factor=0.5", lambda o: lr_scheduler.StepLR(o, 30, 0.5)),
    ("schedule=exponential,decay_steps=1,decay_rate=0.98", lambda o: lr_scheduler.ExponentialLR(o, 0.98)),
    ("schedule=cosine,final_lr=0.02", lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, 0.02)),
    ("schedule=cosine,restarts=true,decay_steps=17,t_mul=2,final_lr=0.01",
     lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 17, 2, 0.01)),
    ("schedule=linear,decay_steps=90,final_lr=0.03", lambda o: lr_scheduler.LinearLR(o, 1, 0.1, 90)),
    ("schedule=polynomial,decay_steps=150,power=1.7", lambda o: lr_scheduler.PolynomialLR(o, 150, 1.7)),
    ("schedule=one_cycle", lambda o: lr_scheduler.OneCycleLR(o, LR, STEPS)),
    ("schedule=one_cycle,pct_start=0.45,div_factor=10,final_div_factor=50",
     lambda o: lr_scheduler.OneCycleLR(o, LR, STEPS, pct_start=0.45, div_factor=10, final_div_factor=50)),
    ("schedule=cosine,warmup_steps=40", lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.LinearLR(o, 1 / 40, 1, 39), lr_scheduler.CosineAnnealingLR(o, STEPS - 40)], [40])),
]

KERAS = [
    ("schedule=exponential,decay_steps=25,decay_rate=0.9", keras.optimizers.schedules.ExponentialDecay(LR, 25, 0.9)),
    ("schedule=exponential,decay_steps=25,decay_rate=0.9,staircase=true",
     keras.optimizers.schedules.ExponentialDecay(LR, 25, 0.9, staircase=True)),
    ("schedule=cosine,decay_steps=120,final_lr=0.03", keras.optimizers.schedules.CosineDecay(LR, 120, 0.1)),
    ("schedule=cosine,restarts=true,decay_steps=17,t_mul=2,m_mul=0.8,final_lr=0.03",
     keras.optimizers.schedules.CosineDecayRestarts(LR, 17, 2.0, 0.8, 0.1)),
    ("schedule=polynomial,decay_steps=150,power=1.7,final_lr=0.01",
     keras.optimizers.schedules.PolynomialDecay(LR, 150, 0.01, 1.7)),
]


def train(strata, data, keys, *options):
    """The metrics' lines of a run with these keys for all layers."""
    with tempfile.TemporaryDirectory() as folder:
        metrics = Path(folder) / "metrics.jsonl"
        command = [strata, "train", "--data", data, "--hidden", "4", "--upper-layers", "all", "--batch-size", "256",
                   "--upper", f"sgd,lr={LR},{keys}", "--metrics", metrics, "--progress", "none", *options]
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {finished.returncode}\n{finished.stderr}")
        return [json.loads(line) for line in metrics.read_text().splitlines()]


def step_rates(lines):
    return [line["learning_rates"]["upper"] for line in lines if line["type"] == "step"]


def torch_optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))], lr=LR)


def torch_rates(make):
    optimizer = torch_optimizer()
    scheduler = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) < STEPS:
            scheduler.step()
    return rates


def plateau_rates(losses):
    """ReduceLROnPlateau cuts after one epoch more than its patience."""
    optimizer = torch_optimizer()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, threshold=0.004, threshold_mode="abs",
                                               cooldown=1, min_lr=0.02, eps=0)
    rates = []
    for loss in losses:
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step(loss)
    return rates


def keras_plateau_rates(losses):
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(LR), loss="mse")
    callback = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=2, min_delta=0.004, cooldown=1, min_lr=0.02)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        rates.append(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
        callback.on_epoch_end(epoch, {"val_loss": loss})
    return rates


def epochs_of(lines):
    return [line for line in lines if line["type"] == "epoch"]


def keras_last_epoch(losses, patience, min_delta, start):
    """After which epoch, from 1, Keras' EarlyStopping ends a run of these validation losses."""
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    callback = keras.callbacks.EarlyStopping(patience=patience, min_delta=min_delta, start_from_epoch=start)
    callback.set_model(model)
    model.stop_training = False
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            return epoch + 1
    return len(losses)


def check_early_stopping(strata, data):
    """Runs that end too early, of some that do."""
    keys = "momentum=0.5"
    losses = [epoch["val_loss"] for epoch in epochs_of(train(strata, data, keys, "--epochs", "25"))]
    failures = 0
    for patience, min_delta, start in ((1, 0, 0), (2, 0, 0), (2, 0.01, 0), (3, 0.02, 0), (1, 0, 5), (2, 0.01, 7), (1, 0.3, 3)):
        options = ["--early-stopping", str(patience)]
        options += ["--min-delta", str(min_delta)] if min_delta else []
        options += ["--start-epoch", str(start)] if start else []
        found = len(epochs_of(train(strata, data, keys, "--epochs", "25", *options)))
        expected = keras_last_epoch(losses, patience, min_delta, start)
        print(f"keras  {' '.join(options):82} {found:8}", "" if found == expected else f"  FAILED: {expected}", flush=True)
        failures += found != expected
    return failures


def report(framework, keys, found, expected):
    assert len(found) == len(expected), (len(found), len(expected))
    difference = max(abs(f - float(e)) for f, e in zip(found, expected)) / LR
    failed = difference > TOLERANCE[framework]
    print(f"{framework:6} {keys:82} {difference:8.1e}", "  FAILED" if failed else "", flush=True)
    return failed


def main():
    strata, data = sys.argv[1:]
    failures = 0
    limit = ("--max-steps", str(STEPS), "--epochs", "2")
    for keys, make in TORCH:
        failures += report("torch", keys, step_rates(train(strata, data, keys, *limit)), torch_rates(make))
    for keys, schedule in KERAS:
        expected = [schedule(k) for k in range(STEPS)]
        failures += report("keras", keys, step_rates(train(strata, data, keys, *limit)), expected)

    keys = "schedule=plateau,factor=0.5,patience=2,min_delta=0.004,cooldown=1,min_lr=0.02"
    for framework, expected in (("torch", plateau_rates), ("keras", keras_plateau_rates)):
        lines = train(strata, data, keys, "--epochs", "25", "--convention", framework)
        epochs = epochs_of(lines)
        rates = [epoch["learning_rates"]["upper"] for epoch in epochs]
        failures += report(framework, keys, rates, expected([epoch["val_loss"] for epoch in epochs]))
        failures += len(set(rates)) < 3  # cut too seldom to say anything
    failures += check_early_stopping(strata, data)
    print(f"{len(TORCH) + len(KERAS) + 2} schedules and early stopping, {failures} failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
