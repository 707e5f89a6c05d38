"""Keyword arguments, their defaults and what they mean.

Written by python/write_arguments.py from the library's tables of settings, with which a test compares it: not by hand.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Literal, Mapping, Optional, Sequence, Union

from numpy.random import Generator
from numpy.random import RandomState as NumpyRandomState

from ._documented import UNSAID, documented
from ._rows import Rows, Targets
from .model import Model
from .sweep import FoundRates, Heard, SweepResult, run_find_lr, run_sweep

Optimizer = Union[str, Mapping[str, Any]]
"""``"adam,lr=0.001"``, or ``{"name": "adam", "lr": 0.001}``."""
Groups = Union[str, Sequence[Optimizer], Mapping[str, Optimizer]]
"""``["0-1:sgd,lr=0.01", "2:adam"]``, or ``{"0-1": "sgd,lr=0.01", "2": "adam"}``."""
PathLike = Union[str, "os.PathLike[str]"]
RandomState = Union[None, int, Generator, NumpyRandomState]
ClassWeight = Union[None, Literal["balanced"], Mapping[Any, float]]
Optimizers = Union[Optimizer, Sequence[Optimizer]]
Vary = Union[Mapping[str, Sequence[Any]], str, Sequence[str]]
"""``{"batch_size": [32, 128], "lower.momentum": [0, 0.9]}``, or ``["batch-size=32|128"]``."""
Activation = Literal[
    "elu",
    "relu",
    "leaky_relu",
    "selu",
    "gelu",
    "swish",
    "tanh",
    "sigmoid",
    "softplus",
    "linear",
]
Init = Literal[
    "he_normal",
    "he_uniform",
    "glorot_normal",
    "glorot_uniform",
    "lecun_normal",
    "lecun_uniform",
]
Convention = Literal[
    "keras",
    "torch",
]
Sampling = Literal[
    "random",
    "shuffle",
    "sequential",
]
Monitor = Literal[
    "val_loss",
    "val_accuracy",
    "val_macro_f1",
    "val_auc",
    "val_f1",
    "val_average_precision",
    "val_label_accuracy",
    "val_subset_accuracy",
    "val_micro_f1",
    "val_rmse",
    "val_mae",
    "val_r2",
    "val_pinball",
]
Precision = Literal[
    "f32",
    "bf16",
]
Engine = Literal[
    "auto",
    "onednn",
    "panels",
]
Isa = Literal[
    "auto",
    "baseline",
    "avx2",
    "avx512",
]
Split = Literal[
    "shuffled",
    "stratified",
    "tail",
]
Scaler = Literal[
    "standard",
    "unit",
    "none",
]
TargetScaler = Literal[
    "standard",
    "none",
]
Missing = Literal[
    "error",
    "mean",
]
Images = Literal[
    "strict",
    "convert",
]
UnseenCategories = Literal[
    "error",
    "zeros",
]
Header = Literal[
    "auto",
    "yes",
    "no",
]
Delimiter = Literal[
    "auto",
    "comma",
    "semicolon",
    "tab",
    "pipe",
    "space",
]
Decimal = Literal[
    "point",
    "comma",
]
LabelType = Literal[
    "auto",
    "text",
]
Strategy = Literal[
    "grid",
    "random",
    "halving",
]

DEFAULTS: Dict[str, Any] = {
    "hidden": (300, 100, 50),
    "activation": "elu",
    "init": "he_normal",
    "initial_weights": None,
    "from": None,
    "new_output": False,
    "lower": "sgd,lr=0.01",
    "upper": "adam,lr=0.001",
    "upper_layers": 2,
    "group": None,
    "convention": "keras",
    "loss": None,
    "threshold": 0.5,
    "epochs": 10,
    "batch_size": 32,
    "sampling": "random",
    "max_steps": None,
    "max_time": None,
    "early_stopping": None,
    "min_delta": None,
    "start_epoch": None,
    "monitor": "val_loss",
    "restore_best": False,
    "seed": 42,
    "precision": "f32",
    "engine": "auto",
    "isa": "auto",
    "dropout": None,
    "label_smoothing": None,
    "class_weights": None,
    "clip_norm": None,
    "clip_value": None,
    "data": None,
    "labels": None,
    "validation_data": None,
    "validation_labels": None,
    "test_data": None,
    "test_labels": None,
    "class_names": None,
    "validation_split": 0.2,
    "split": "shuffled",
    "scaler": "standard",
    "target_scaler": "standard",
    "missing": "error",
    "images": "strict",
    "resize": None,
    "gray": False,
    "label_column": None,
    "target_columns": None,
    "label_columns": None,
    "label_separator": None,
    "ignore_columns": None,
    "id_column": None,
    "weight_column": None,
    "category_columns": None,
    "date_columns": None,
    "unseen_categories": "error",
    "header": "auto",
    "delimiter": "auto",
    "decimal": None,
    "comment": None,
    "missing_values": None,
    "label_type": "auto",
    "threads": None,
}
"""The value that holds of each setting, by its name in the table."""
SEARCH_DEFAULTS: Dict[str, Any] = {
    **DEFAULTS,
    "rates": "1e-6..10",
    "steps": 400,
    "map": False,
    "points": 7,
    "jobs": None,
    "lower_lr": None,
    "upper_lr": None,
    "vary": None,
    "strategy": "grid",
    "trials": None,
    "eta": 3,
    "seeds": 1,
}
"""The same of a search."""

HELP = """\
X
    array or dataframe of shape (rows, …): the training rows; None: those that `data` names. uint8 and float32
    are read in place: leave them unchanged while they are trained on
y
    array of shape (rows) or (rows, targets): whole numbers, booleans and texts are classes, floating-point
    numbers are numbers to learn; `loss` and `targets` say otherwise
sample_weight
    array of shape (rows): how much each row counts in the loss that is trained
eval_set
    the validation rows (X, y), in place of a share held out
targets
    what y holds; None: what its type and `loss` say
measure_gradients
    whether each step measures its gradients, for `gradient_norms`; the bits stay the same
callback
    hears of each trial that has come to its end, a dict as trials.jsonl has it; if it returns True the work
    ends, without a result
rates
    learning rates to test, rising from A to B by the same factor at each step
steps
    steps of each of a test's three runs, which have as many seeds
map
    train briefly with each pair of a lower and an upper rate instead
points
    map: rates of each group
lower_lr
    learning rates of every lower: a,b,c, or a..b:n, n values evenly spaced in the logarithm; for draws a..b
    will do
upper_lr
    learning rates of every upper
vary
    values of an option of train, or of an optimizer's key as lower.momentum, or 0-1.lr of a group 0-1:…; any
    number of times; none leaves out an option that is off by default. A key that an optimizer lacks is not
    crossed for it; combinations that make no sense are left out. A dict of lists, {"batch_size": [32, 128],
    "lower.momentum": [0, 0.9]}, or texts as the command has them
strategy
    grid: every combination; random: draws, of a range of rates log-uniformly; halving: short runs of all,
    longer ones of the best (of draws with trials, else of the grid). One of grid, random, halving
trials
    how many draws (random, halving)
eta
    halving: each round keeps one of N and trains it N times as long
seeds
    repeat everything with N seeds, seed and those that follow it; what differs by less than they do is called
    a tie
jobs
    runs at once, each in one thread; the results do not depend on it; by default threads
initial_weights
    start from the layers of a safetensors file of the same shapes; its scaler is not taken
from_
    go on from a model, a .safetensors file or the folder of a run: its layers, weights, activation, scaler,
    classes and, unless given, convention are taken; the data must fit it
new_output
    of from take all layers but the last, which is drawn anew (by init and seed) for the classes of the data
seed
    seed of initial weights, split, sampling and dropout, each its own stream
class_weights
    how much each class counts in the training loss, from 0, in order or by name (the others 1); balanced:
    training rows / (classes * the class' rows)
data
    folder of IDX files (train-images-idx3-ubyte[.gz], train-labels-idx1-ubyte[.gz], t10k-images-
    idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz]) or of NPY files (X_train.npy[.gz], y_train.npy[.gz], and
    perhaps X_validation, y_validation, X_test, y_test); a folder of PNG and JPEG images, a folder for each
    class, perhaps within train, validation and test; an NPZ file of arrays called as those NPY files, or X
    and y; an NPY file of features; a table (.csv, .tsv, .txt, also with .gz); by default the installed
    Fashion-MNIST
labels
    NPY file of the labels of an NPY file data
validation_data
    NPY file or table of the validation rows, instead of training rows held out
validation_labels
    labels of an NPY file validation_data
test_data
    NPY file or table of the test rows, in place of any test part that data has
test_labels
    labels of an NPY file test_data
class_names
    what to call classes whose labels are numbers, in their order; other data are still matched by the labels;
    by default as the labels are; the installed Fashion-MNIST's own
images
    folders of images: those that are not like the others; strict: an error; convert: 16 bits become 8, what
    is transparent shows white, grey among colour becomes colour. This and the next two a model remembers. One
    of strict, convert
resize
    scale images to this width and height
gray
    images in colour become grey
label_column
    the labels, any text or number; columns go by name, or by index from 0; by default the one called label,
    class or target
target_columns
    numbers to learn, in place of labels
label_columns
    several labels to learn, a column of 0 and 1 each
label_separator
    a row has any number of labels in its label column, with this between them: a;b;c
ignore_columns
    columns to leave out
id_column
    names of the rows, which predictions repeat; no feature
weight_column
    how much each row counts in the training loss, from 0; no feature
category_columns
    columns of names: a feature, 0 or 1, for each name that the training table has
date_columns
    columns of ISO dates and times: a feature of days from the first training row's
unseen_categories
    a category that the training table did not have; zeros: all its column's features are 0. One of error,
    zeros
header
    whether the first line names the columns, which a model remembers; auto: if none of its fields is a
    number, an option names one of them, or its numbers count 0, 1, 2, … beside text. One of auto, yes, no
delimiter
    what stands between fields; space: one blank or more; auto: what a first line sep=; says, or the first of
    tab, semicolon, comma, pipe and blanks that divides all of the first lines alike, which is told. This and
    how else a table is written a model remembers. One of auto, comma, semicolon, tab, pipe, space
decimal
    what stands before a number's fraction; comma: points may stand between thousands, 1.261,76; by default
    point. One of point, comma
comment
    what follows it, outside quotes, is no part of its line
missing_values
    fields without a value, in place of the built-in ones, an empty TEXT for nothing (,NA); numbers by their
    value; by default of numbers nothing, ?, NA, NaN and null in any case; of names nothing
label_type
    auto: labels that are all numbers are classes by their values, 3.1 and 3.10 one; text: as they are
    spelled. One of auto, text
threads
    threads that compute; by default what affinity and the cgroup quota allow
threshold
    of binary_cross_entropy: a probability above it says yes, which of two classes is the second
label_smoothing
    share of each target, from 0 to below 1, that is spread evenly over all classes in training
class_weight
    how much each class counts in the training loss: a dict of weights by class (the others 1), or 'balanced':
    training rows / (classes * the class' rows)
hidden
    sizes of the hidden layers, or none
activation
    activation of the hidden layers. One of elu, relu, leaky_relu, selu, gelu, swish, tanh, sigmoid, softplus,
    linear
init
    initial weights; biases start at 0. One of he_normal, he_uniform, glorot_normal, glorot_uniform,
    lecun_normal, lecun_uniform
lower
    optimizer of the lower layers (next to the input)
upper
    optimizer of the upper layers (next to the output)
upper_layers
    how many layers, counted from the output, are upper; 0 or all leaves one group; by default 2; in a smaller
    network all layers, with lower all but the first
group
    optimizer of these layers, counted from 0 at the input; instead of lower and upper, any number of times,
    every layer once
convention
    whose formulas, default constants and initialisers hold. One of keras, torch
loss
    what the network learns: softmax_cross_entropy, one of several classes; binary_cross_entropy, two classes
    by one output, or several labels that are 0 or 1 each; mse, numbers, by squared errors; mae, numbers, by
    absolute errors; huber,delta=1, numbers, by errors that are squared up to delta and absolute beyond;
    quantile,q=0.5, quantiles q of numbers; several of one number, as 0.1:0.5:0.9, are an output each; by
    default by what the data hold: classes softmax_cross_entropy, labels binary_cross_entropy, numbers mse
epochs
    passes over the training rows
batch_size
    rows in a step
sampling
    random: each batch drawn with replacement, floor(rows/batch) steps an epoch, at least 1; shuffle: a new
    permutation each epoch; sequential: file order; in both the last batch may be smaller. One of random,
    shuffle, sequential
max_steps
    stop after N steps in all
max_time
    stop after about T, such as 90s, 10m or 1h30m; the run is complete, and its step count reproduces it; a
    number counts seconds
early_stopping
    stop after PATIENCE epochs in a row without a better monitor
min_delta
    by how much monitor must be better than the last time for early_stopping to begin anew; the best epoch
    stays the one with the best figure
start_epoch
    epochs that early_stopping lets pass before it compares any
monitor
    the figure of the validation rows that tells the best epoch: the lowest val_loss, val_rmse, val_mae or
    val_pinball, or the highest of the others; it is one of what is learnt. One of val_loss, val_accuracy,
    val_macro_f1, val_auc, val_f1, val_average_precision, val_label_accuracy, val_subset_accuracy,
    val_micro_f1, val_rmse, val_mae, val_r2, val_pinball
restore_best
    end with the weights of the best epoch: they are tested, hashed and saved
random_state
    seed of initial weights, split, sampling and dropout, each its own stream: a whole number, or a NumPy
    generator that draws one at each fit; None: 42, so that a fit repeats
precision
    what products are computed from: fp32, or bf16 activations and weights, by oneDNN on a CPU with
    AVX512_BF16 or AMX and with isa auto; weights are trained and saved in fp32 in both. One of f32, bf16
engine
    who computes the dense layers: oneDNN, or Strata's own kernels (panels), which give the same bits for
    every number of threads and on every CPU with fused multiply-adds; auto: panels where the CPU and isa
    allow it, and for fp32. One of auto, onednn, panels
isa
    the newest instruction set to use. One of auto, baseline, avx2, avx512
dropout
    share of each hidden layer's units that a step drops, from 0 to below 1; one value holds for all layers
clip_norm
    scale the gradients of all trained layers together so that their norm is at most C
clip_value
    cut each gradient to -C … C
validation_split
    share of the training rows held out for validation, from 0 to below 1
split
    which rows are held out; tail: the last ones in file order, as Keras' validation_split. One of shuffled,
    stratified, tail
scaler
    standard: population mean and deviation of each feature over the training rows, constant features divided
    by 1; unit: divided by 255. One of standard, unit, none
target_scaler
    of targets that are numbers; standard: trained in units of their deviation over the training rows, of
    which the loss is; figures and predictions are in the targets' own. One of standard, none
missing
    what becomes of a missing value, or one that is not finite, in a table or in NPY floats; mean: the
    feature's mean over the training rows takes its place. One of error, mean
n_jobs
    threads that compute; the result is the same for every number. None: what affinity, quota and the limits
    in joblib's environment variables allow; -1: all that affinity and quota allow, -2: one less, and so on
warm_start
    whether `fit` goes on where the last one stopped, weights, optimizers and scaler, instead of beginning
    anew
verbose
    whether `fit` shows how far it is: a live line in a terminal and in a notebook, a line an epoch elsewhere
"""


_NO_SETTINGS = ("self", "X", "y", "sample_weight", "eval_set", "targets", "measure_gradients", "callback", "rows")


def _settings(arguments: Mapping[str, Any]) -> Dict[str, Any]:
    """The settings among a function's arguments that were given, by their names in the table."""
    return {
        name.rstrip("_"): value
        for name, value in arguments.items()
        if value is not UNSAID and value is not None and name not in _NO_SETTINGS
    }


class ClassifierArguments:
    """The keyword arguments of StrataClassifier."""

    @documented(
        HELP,
        """\
lower
    optimizer of the lower layers (next to the input): NAME[,KEY=VALUE...]; None: sgd,lr=0.01, where
    `upper_layers` leaves any. Given, the first layer is always lower, also that of two
epochs
    passes over the training rows; None: 10, or as many as make 300 steps if those are more
""",
    )
    def __init__(
        self,
        *,
        hidden: Union[int, Sequence[int]] = (300, 100, 50),
        activation: Activation = "elu",
        init: Init = "he_normal",
        lower: Optional[Optimizer] = None,
        upper: Optimizer = "adam,lr=0.001",
        upper_layers: Union[int, Literal["all"]] = 2,
        group: Optional[Groups] = None,
        convention: Convention = "keras",
        loss: Optional[str] = None,
        threshold: float = 0.5,
        epochs: Optional[int] = None,
        batch_size: int = 32,
        sampling: Sampling = "shuffle",
        max_steps: Optional[int] = None,
        max_time: Optional[Union[str, float]] = None,
        early_stopping: Optional[int] = None,
        min_delta: Optional[float] = None,
        start_epoch: Optional[int] = None,
        monitor: Monitor = "val_loss",
        restore_best: bool = False,
        random_state: RandomState = None,
        precision: Precision = "f32",
        engine: Engine = "auto",
        isa: Isa = "auto",
        dropout: Optional[Union[float, Sequence[float]]] = None,
        label_smoothing: Optional[float] = None,
        class_weight: ClassWeight = None,
        clip_norm: Optional[float] = None,
        clip_value: Optional[float] = None,
        validation_split: float = 0.0,
        split: Split = "shuffled",
        scaler: Scaler = "standard",
        missing: Missing = "error",
        n_jobs: Optional[int] = None,
        warm_start: bool = False,
        verbose: Union[bool, int] = False,
    ) -> None:
        """Takes what a fit is to do; nothing is checked before."""
        self.hidden = hidden
        self.activation = activation
        self.init = init
        self.lower = lower
        self.upper = upper
        self.upper_layers = upper_layers
        self.group = group
        self.convention = convention
        self.loss = loss
        self.threshold = threshold
        self.epochs = epochs
        self.batch_size = batch_size
        self.sampling = sampling
        self.max_steps = max_steps
        self.max_time = max_time
        self.early_stopping = early_stopping
        self.min_delta = min_delta
        self.start_epoch = start_epoch
        self.monitor = monitor
        self.restore_best = restore_best
        self.random_state = random_state
        self.precision = precision
        self.engine = engine
        self.isa = isa
        self.dropout = dropout
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.clip_norm = clip_norm
        self.clip_value = clip_value
        self.validation_split = validation_split
        self.split = split
        self.scaler = scaler
        self.missing = missing
        self.n_jobs = n_jobs
        self.warm_start = warm_start
        self.verbose = verbose


class RegressorArguments:
    """The keyword arguments of StrataRegressor."""

    @documented(
        HELP,
        """\
lower
    optimizer of the lower layers (next to the input): NAME[,KEY=VALUE...]; None: sgd,lr=0.01, where
    `upper_layers` leaves any. Given, the first layer is always lower, also that of two
epochs
    passes over the training rows; None: 10, or as many as make 300 steps if those are more
""",
    )
    def __init__(
        self,
        *,
        hidden: Union[int, Sequence[int]] = (300, 100, 50),
        activation: Activation = "elu",
        init: Init = "glorot_uniform",
        lower: Optional[Optimizer] = None,
        upper: Optimizer = "adam,lr=0.001",
        upper_layers: Union[int, Literal["all"]] = 2,
        group: Optional[Groups] = None,
        convention: Convention = "keras",
        loss: Optional[str] = None,
        epochs: Optional[int] = None,
        batch_size: int = 32,
        sampling: Sampling = "shuffle",
        max_steps: Optional[int] = None,
        max_time: Optional[Union[str, float]] = None,
        early_stopping: Optional[int] = None,
        min_delta: Optional[float] = None,
        start_epoch: Optional[int] = None,
        monitor: Monitor = "val_loss",
        restore_best: bool = False,
        random_state: RandomState = None,
        precision: Precision = "f32",
        engine: Engine = "auto",
        isa: Isa = "auto",
        dropout: Optional[Union[float, Sequence[float]]] = None,
        clip_norm: Optional[float] = None,
        clip_value: Optional[float] = None,
        validation_split: float = 0.0,
        split: Split = "shuffled",
        scaler: Scaler = "standard",
        target_scaler: TargetScaler = "standard",
        missing: Missing = "error",
        n_jobs: Optional[int] = None,
        warm_start: bool = False,
        verbose: Union[bool, int] = False,
    ) -> None:
        """Takes what a fit is to do; nothing is checked before."""
        self.hidden = hidden
        self.activation = activation
        self.init = init
        self.lower = lower
        self.upper = upper
        self.upper_layers = upper_layers
        self.group = group
        self.convention = convention
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.sampling = sampling
        self.max_steps = max_steps
        self.max_time = max_time
        self.early_stopping = early_stopping
        self.min_delta = min_delta
        self.start_epoch = start_epoch
        self.monitor = monitor
        self.restore_best = restore_best
        self.random_state = random_state
        self.precision = precision
        self.engine = engine
        self.isa = isa
        self.dropout = dropout
        self.clip_norm = clip_norm
        self.clip_value = clip_value
        self.validation_split = validation_split
        self.split = split
        self.scaler = scaler
        self.target_scaler = target_scaler
        self.missing = missing
        self.n_jobs = n_jobs
        self.warm_start = warm_start
        self.verbose = verbose


class TrainerArguments:
    """The arguments of a trainer, and of whatever trains as one does."""

    @documented(HELP, settings=DEFAULTS)
    def __init__(
        self,
        X: Any = None,
        y: Any = None,
        *,
        sample_weight: Any = None,
        eval_set: Any = None,
        targets: Optional[Targets] = None,
        measure_gradients: bool = False,
        hidden: Union[int, Sequence[int]] = (300, 100, 50),
        activation: Activation = "elu",
        init: Init = "he_normal",
        initial_weights: Optional[PathLike] = None,
        from_: Union[PathLike, Model, None] = None,
        new_output: bool = False,
        lower: Optimizer = "sgd,lr=0.01",
        upper: Optimizer = "adam,lr=0.001",
        upper_layers: Union[int, Literal["all"]] = 2,
        group: Optional[Groups] = None,
        convention: Convention = "keras",
        loss: Optional[str] = None,
        threshold: float = 0.5,
        epochs: int = 10,
        batch_size: int = 32,
        sampling: Sampling = "random",
        max_steps: Optional[int] = None,
        max_time: Optional[Union[str, float]] = None,
        early_stopping: Optional[int] = None,
        min_delta: Optional[float] = None,
        start_epoch: Optional[int] = None,
        monitor: Monitor = "val_loss",
        restore_best: bool = False,
        seed: int = 42,
        precision: Precision = "f32",
        engine: Engine = "auto",
        isa: Isa = "auto",
        dropout: Optional[Union[float, Sequence[float]]] = None,
        label_smoothing: Optional[float] = None,
        class_weights: Optional[Union[Literal["balanced"], Sequence[float], Mapping[str, float]]] = None,
        clip_norm: Optional[float] = None,
        clip_value: Optional[float] = None,
        data: Optional[PathLike] = None,
        labels: Optional[PathLike] = None,
        validation_data: Optional[PathLike] = None,
        validation_labels: Optional[PathLike] = None,
        test_data: Optional[PathLike] = None,
        test_labels: Optional[PathLike] = None,
        class_names: Optional[Sequence[str]] = None,
        validation_split: float = 0.2,
        split: Split = "shuffled",
        scaler: Scaler = "standard",
        target_scaler: TargetScaler = "standard",
        missing: Missing = "error",
        images: Images = "strict",
        resize: Optional[str] = None,
        gray: bool = False,
        label_column: Optional[str] = None,
        target_columns: Optional[Sequence[str]] = None,
        label_columns: Optional[Sequence[str]] = None,
        label_separator: Optional[str] = None,
        ignore_columns: Optional[Sequence[str]] = None,
        id_column: Optional[str] = None,
        weight_column: Optional[str] = None,
        category_columns: Optional[Sequence[str]] = None,
        date_columns: Optional[Sequence[str]] = None,
        unseen_categories: UnseenCategories = "error",
        header: Header = "auto",
        delimiter: Delimiter = "auto",
        decimal: Optional[Decimal] = None,
        comment: Optional[str] = None,
        missing_values: Optional[Sequence[str]] = None,
        label_type: LabelType = "auto",
        threads: Optional[int] = None,
    ) -> None:
        """Makes a run that can be trained."""
        self._begin(Rows(X, y, sample_weight, eval_set, targets), _settings(locals()), measure_gradients)

    def _begin(self, rows: Rows, settings: Dict[str, Any], measure_gradients: bool) -> None:
        raise NotImplementedError


@documented(HELP, settings=SEARCH_DEFAULTS)
def find_lr(
    X: Any = None,
    y: Any = None,
    *,
    sample_weight: Any = None,
    eval_set: Any = None,
    targets: Optional[Targets] = None,
    callback: Optional[Heard] = None,
    rates: str = "1e-6..10",
    steps: int = 400,
    map: bool = False,
    points: int = 7,
    jobs: Optional[int] = None,
    hidden: Union[int, Sequence[int]] = (300, 100, 50),
    activation: Activation = "elu",
    init: Init = "he_normal",
    initial_weights: Optional[PathLike] = None,
    from_: Optional[PathLike] = None,
    new_output: bool = False,
    lower: Optimizer = "sgd,lr=0.01",
    upper: Optimizer = "adam,lr=0.001",
    upper_layers: Union[int, Literal["all"]] = 2,
    group: Optional[Groups] = None,
    convention: Convention = "keras",
    loss: Optional[str] = None,
    threshold: float = 0.5,
    batch_size: int = 32,
    sampling: Sampling = "random",
    seed: int = 42,
    precision: Precision = "f32",
    engine: Engine = "auto",
    isa: Isa = "auto",
    dropout: Optional[Union[float, Sequence[float]]] = None,
    label_smoothing: Optional[float] = None,
    class_weights: Optional[Union[Literal["balanced"], Sequence[float], Mapping[str, float]]] = None,
    clip_norm: Optional[float] = None,
    clip_value: Optional[float] = None,
    data: Optional[PathLike] = None,
    labels: Optional[PathLike] = None,
    validation_data: Optional[PathLike] = None,
    validation_labels: Optional[PathLike] = None,
    test_data: Optional[PathLike] = None,
    test_labels: Optional[PathLike] = None,
    class_names: Optional[Sequence[str]] = None,
    validation_split: float = 0.2,
    split: Split = "shuffled",
    scaler: Scaler = "standard",
    target_scaler: TargetScaler = "standard",
    missing: Missing = "error",
    images: Images = "strict",
    resize: Optional[str] = None,
    gray: bool = False,
    label_column: Optional[str] = None,
    target_columns: Optional[Sequence[str]] = None,
    label_columns: Optional[Sequence[str]] = None,
    label_separator: Optional[str] = None,
    ignore_columns: Optional[Sequence[str]] = None,
    id_column: Optional[str] = None,
    weight_column: Optional[str] = None,
    category_columns: Optional[Sequence[str]] = None,
    date_columns: Optional[Sequence[str]] = None,
    unseen_categories: UnseenCategories = "error",
    header: Header = "auto",
    delimiter: Delimiter = "auto",
    decimal: Optional[Decimal] = None,
    comment: Optional[str] = None,
    missing_values: Optional[Sequence[str]] = None,
    label_type: LabelType = "auto",
    threads: Optional[int] = None,
) -> FoundRates:
    """Range tests of the groups' learning rates, as `strata find-lr`.

    >>> import numpy as np
    >>> from strata_mlp import find_lr
    >>> X = np.linspace(-1, 1, 400).reshape(-1, 1)
    >>> found = find_lr(X, (X[:, 0] > 0).astype(int), hidden=(8,), upper_layers=1, batch_size=16, steps=40)
    >>> [group["group"] for group in found]
    ['lower', 'upper']
    """
    rows = Rows(X, y, sample_weight, eval_set, targets)
    return run_find_lr(rows, _settings(locals()), callback)


@documented(
    HELP,
    """\
jobs
    trials at once, each in one thread; under mpirun on each rank, by default its share of the cores; the
    results do not depend on it; by default threads
lower
    optimizer of the lower layers (next to the input); a list of several tries each
upper
    optimizer of the upper layers (next to the output); a list of several tries each
""",
    settings=SEARCH_DEFAULTS,
)
def sweep(
    X: Any = None,
    y: Any = None,
    *,
    sample_weight: Any = None,
    eval_set: Any = None,
    targets: Optional[Targets] = None,
    callback: Optional[Heard] = None,
    lower_lr: Optional[Union[str, float, Sequence[float]]] = None,
    upper_lr: Optional[Union[str, float, Sequence[float]]] = None,
    vary: Optional[Vary] = None,
    strategy: Strategy = "grid",
    trials: Optional[int] = None,
    eta: int = 3,
    seeds: int = 1,
    jobs: Optional[int] = None,
    hidden: Union[int, Sequence[int]] = (300, 100, 50),
    activation: Activation = "elu",
    init: Init = "he_normal",
    initial_weights: Optional[PathLike] = None,
    from_: Optional[PathLike] = None,
    new_output: bool = False,
    lower: Optimizers = "sgd,lr=0.01",
    upper: Optimizers = "adam,lr=0.001",
    upper_layers: Union[int, Literal["all"]] = 2,
    group: Optional[Groups] = None,
    convention: Convention = "keras",
    loss: Optional[str] = None,
    threshold: float = 0.5,
    epochs: int = 10,
    batch_size: int = 32,
    sampling: Sampling = "random",
    max_steps: Optional[int] = None,
    early_stopping: Optional[int] = None,
    min_delta: Optional[float] = None,
    start_epoch: Optional[int] = None,
    monitor: Monitor = "val_loss",
    restore_best: bool = False,
    seed: int = 42,
    precision: Precision = "f32",
    engine: Engine = "auto",
    isa: Isa = "auto",
    dropout: Optional[Union[float, Sequence[float]]] = None,
    label_smoothing: Optional[float] = None,
    class_weights: Optional[Union[Literal["balanced"], Sequence[float], Mapping[str, float]]] = None,
    clip_norm: Optional[float] = None,
    clip_value: Optional[float] = None,
    data: Optional[PathLike] = None,
    labels: Optional[PathLike] = None,
    validation_data: Optional[PathLike] = None,
    validation_labels: Optional[PathLike] = None,
    test_data: Optional[PathLike] = None,
    test_labels: Optional[PathLike] = None,
    class_names: Optional[Sequence[str]] = None,
    validation_split: float = 0.2,
    split: Split = "shuffled",
    scaler: Scaler = "standard",
    target_scaler: TargetScaler = "standard",
    missing: Missing = "error",
    images: Images = "strict",
    resize: Optional[str] = None,
    gray: bool = False,
    label_column: Optional[str] = None,
    target_columns: Optional[Sequence[str]] = None,
    label_columns: Optional[Sequence[str]] = None,
    label_separator: Optional[str] = None,
    ignore_columns: Optional[Sequence[str]] = None,
    id_column: Optional[str] = None,
    weight_column: Optional[str] = None,
    category_columns: Optional[Sequence[str]] = None,
    date_columns: Optional[Sequence[str]] = None,
    unseen_categories: UnseenCategories = "error",
    header: Header = "auto",
    delimiter: Delimiter = "auto",
    decimal: Optional[Decimal] = None,
    comment: Optional[str] = None,
    missing_values: Optional[Sequence[str]] = None,
    label_type: LabelType = "auto",
    threads: Optional[int] = None,
) -> SweepResult:
    """Trains many models, a core each, and ranks them, as `strata sweep`.

    >>> import numpy as np
    >>> from strata_mlp import sweep
    >>> X = np.linspace(-1, 1, 400).reshape(-1, 1)
    >>> y = (X[:, 0] > 0).astype(int)
    >>> found = sweep(X, y, hidden=(8,), upper_layers=1, epochs=2, lower_lr=[0.01, 0.1], vary={"batch_size": [8, 16]})
    >>> len(found)
    4
    >>> found.best.n_features
    1
    """
    rows = Rows(X, y, sample_weight, eval_set, targets)
    return run_sweep(rows, _settings(locals()), callback)
