# %% [markdown]
# # One network, two optimizers
#
# A multilayer perceptron of layers 784-300-100-50-10 learns Fashion-MNIST: the two layers next to the input are trained
# by one optimizer, the two next to the output by another. This page goes from the files to an answer: which optimizers
# and rates above and below are good. It runs as it stands, as a notebook and as a script.

# %%
import gzip
import os
import sys
from pathlib import Path

import numpy as np

from strata_mlp import Trainer, find_lr, sweep

try:
    from IPython.display import display
except ImportError:
    display = print

# %% [markdown]
# ## The data
#
# 60,000 training and 10,000 test images of 28 x 28 pixels, in the files of the Debian package dataset-fashion-mnist.

# %%
folder = Path(os.environ.get("STRATA_DATASETS_DIR", "/usr/share/datasets")) / "fashion-mnist"
names = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def read(name, header):
    with gzip.open(folder / f"{name}-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


X, y = read("train-images-idx3", 16).reshape(-1, 784), read("train-labels-idx1", 8)
X_test, y_test = read("t10k-images-idx3", 16).reshape(-1, 784), read("t10k-labels-idx1", 8)
print(X.shape, X_test.shape)

# %% [markdown]
# ## Standardisation
#
# Each pixel is to have mean 0 and deviation 1 over the rows that are trained on, those held out for validation apart.
# The trainer does this by itself (`scaler="standard"`, the default), batch by batch, so that the images stay bytes in
# memory and the model takes raw pixels. By hand it would be:

# %%
mean, deviation = X.mean(axis=0), X.std(axis=0)
standardised = (X[:1000] - mean) / np.where(deviation > 0, deviation, 1)
print(f"mean {standardised.mean():.3f}, deviation {standardised.std():.3f}")

# %% [markdown]
# ## The network and its loop
#
# SGD with rate 0.01 below, Adam with rate 0.001 above; a fifth of the rows are held out. The loop shows mean loss and
# mean accuracy over the epoch so far at each iteration, and both on the validation rows at the epoch's end.

# %%
trainer = Trainer(
    X,
    y,
    class_names=names,
    hidden=(300, 100, 50),
    activation="elu",
    lower="sgd,lr=0.01",
    upper="adam,lr=0.001",
    validation_split=0.2,
)
for epoch in trainer.epochs(3):
    for step in epoch:
        shown = f"epoch {step.epoch}  iteration {step.step:4}/{step.steps_per_epoch}"
        shown += f"  loss {step.mean_loss:.4f}  accuracy {step.mean_accuracy:.4f}"
        print(f"\r{shown}", end="")
    print(f"  val loss {epoch.val_loss:.4f}  val accuracy {epoch.val_accuracy:.4f}")
sys.stdout.flush()

# %%
display(trainer)

# %% [markdown]
# ## Three experiments
#
# The same network and seed, other optimizers and rates below and above; each for three epochs.

# %%
experiments = {
    "SGD below, Adam above": {"lower": "sgd,lr=0.01", "upper": "adam,lr=0.001"},
    "momentum below, slower Adam above": {"lower": "sgd,lr=0.01,momentum=0.9", "upper": "adam,lr=0.0003"},
    "the other way round": {"lower": "adam,lr=0.001", "upper": "sgd,lr=0.01"},
}
table = []
for name, optimizers in experiments.items():
    run = Trainer(X, y, hidden=(300, 100, 50), epochs=3, **optimizers).run()
    last = run.history[-1]
    table.append((name, last["train_loss"], last["val_loss"], last["val_accuracy"]))
for name, train_loss, val_loss, val_accuracy in table:
    print(f"{name:38} loss {train_loss:.4f}  val loss {val_loss:.4f}  val accuracy {val_accuracy:.4f}")

# %% [markdown]
# A range test says where the rates of both groups had best begin. It raises one group's rate from step to step, while
# the other group keeps its own.

# %%
found = find_lr(X, y, hidden=(300, 100, 50), lower="sgd", upper="adam", steps=150)
display(found)
print(found.suggestions)

# %% [markdown]
# ## Rates above and below: a heat map
#
# Sixteen pairs of rates, an epoch each on a sixth of the rows, on all cores at once: validation accuracy.

# %%
rates = sweep(
    X[:10000],
    y[:10000],
    hidden=(300, 100, 50),
    lower="sgd",
    upper="adam",
    lower_lr=[0.001, 0.01, 0.1, 1],
    upper_lr=[0.0001, 0.001, 0.01, 0.1],
    monitor="val_accuracy",
    epochs=1,
)
heat_map = rates.heat_map("lower.lr", "upper.lr")
display(heat_map)
print(heat_map)

# %% [markdown]
# ## The best pair, to the end
#
# Five epochs with the rates that the map prefers, the best epoch's weights kept; then, once, the test rows.

# %%
lower_lr, upper_lr = heat_map.best
best = Trainer(
    X,
    y,
    class_names=names,
    hidden=(300, 100, 50),
    lower=f"sgd,lr={lower_lr}",
    upper=f"adam,lr={upper_lr}",
    epochs=5,
    restore_best=True,
).run()
figures = best.model.evaluate(X_test, y_test)
print(f"lower {lower_lr}, upper {upper_lr}: test loss {figures['loss']:.4f}, accuracy {figures['accuracy']:.4f}")

# %% [markdown]
# ## What was learnt
#
# - Momentum below, with a third of the rate above, learns most in three epochs: the lower layers, which hold nearly all
#   weights, are what SGD at 0.01 leaves behind.
# - The other way round, Adam below and SGD above, fits the training rows better than the first and the validation rows
#   worse: below is where a fast optimizer overfits.
# - The map is a plateau with cliffs: SGD from 0.01 to 0.1 below and Adam from 0.0001 to 0.01 above are all within two
#   points of one another. A rate of 1 below or 0.1 above ruins the run, whatever the other one is; where the rate below
#   is too low, a higher one above makes up for it.
# - The network errs most between shirts, T-shirts, pullovers and coats:

# %%
confusion = np.array(figures["confusion"])
np.fill_diagonal(confusion, 0)
for _ in range(4):
    true, taken = np.unravel_index(confusion.argmax(), confusion.shape)
    print(f"{confusion[true, taken]:4} of 1000: {names[true]} taken for {names[taken]}")
    confusion[true, taken] = 0
