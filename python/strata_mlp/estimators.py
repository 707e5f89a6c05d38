"""Estimators as scikit-learn's tools expect them."""

from __future__ import annotations

import contextlib
import inspect
import os
import warnings
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Type, TypeVar, Union, cast

import numpy as np
import numpy.typing as npt

try:
    import joblib
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import DataConversionWarning
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted
except ImportError as problem:  # pragma: no cover
    raise ImportError("StrataClassifier and StrataRegressor need scikit-learn: pip install scikit-learn") from problem

from ._arguments import DEFAULTS, ClassifierArguments, RegressorArguments
from ._library import Handle
from ._report import Record, write_report
from ._rows import AnyArray, Rows, Targets, class_indices, eager, pair
from ._settings import plain
from ._threads import limit as thread_limit
from .display import estimator_html
from .errors import DataError, SettingsError
from .model import Importance, Model
from .trainer import Callback, Trainer

_SMALL_DATA_STEPS = 300
_BROUGHT_BY_A_MODEL = ("hidden", "activation", "init", "scaler", "target_scaler", "missing", "loss")
_LOSSES_OF_NUMBERS = ("mse", "mae", "huber", "quantile")
_CLASS_KIND = "class_kind"  # a note of the model's: what its classes are in Python, by the names of _KINDS
_KINDS: Dict[str, Callable[[str], Any]] = {"bool": lambda name: name == "True", "int": int, "float": float, "str": str}
Self = TypeVar("Self", bound="_Estimator")


def _threads(n_jobs: Optional[int]) -> Optional[int]:
    """Threads to compute with; None: what the library finds that affinity and quota allow."""
    if n_jobs is None:
        return thread_limit(joblib.cpu_count())
    if n_jobs == 0:
        raise SettingsError("n_jobs: 0 threads compute nothing; give a number, -1 for all, or None")
    return n_jobs if n_jobs > 0 else max(1, int(joblib.cpu_count()) + 1 + n_jobs)


def _validated(estimator: Any, X: Any, reset: bool, **checks: Any) -> Any:
    """scikit-learn's own checks of X, and of y if it is among them, in whichever release is installed."""
    try:
        from sklearn.utils.validation import validate_data
    except ImportError:  # before 1.6
        checks["force_all_finite"] = checks.pop("ensure_all_finite")
        return estimator._validate_data(X, reset=reset, **checks)
    return validate_data(estimator, X, reset=reset, **checks)


def _class_kind(classes: AnyArray) -> str:
    """What they are, of _KINDS: of objects what all of them are, else texts."""
    kinds = {type(value).__name__ for value in classes.tolist()}
    return kinds.pop() if len(kinds) == 1 and kinds <= _KINDS.keys() else "str"


def _class_values(names: Sequence[str], kind: Optional[str]) -> AnyArray:
    """Classes by their names in a model: of that kind, or if it is not known, of the first that spells them so."""
    makers = [_KINDS[kind]] if kind in _KINDS else [_KINDS["int"], _KINDS["float"], _KINDS["bool"]]
    for make in makers:
        try:
            values = [make(name) for name in names]
        except ValueError:
            continue
        if [str(value) for value in values] == list(names):
            return np.asarray(values)
    return np.asarray(names)


class _Estimator(BaseEstimator):  # type: ignore[misc]
    """What both estimators have."""

    _targets: Targets
    model_: Model
    history_: List[Dict[str, Any]]
    weights_hash_: str
    n_iter_: int
    n_features_in_: int
    _snapshot: Optional[bytes]  # None of a model from a file
    _record: Optional[Record]  # likewise

    # ---- Settings

    def _settings(self) -> Dict[str, Any]:
        """The parameters by the table's names, but for its defaults, and for the number of epochs."""
        own = inspect.signature(type(self)).parameters
        settings = {
            name: value
            for name, value in self.get_params(deep=False).items()
            if name in DEFAULTS and not plain(value) == plain(own[name].default) == plain(DEFAULTS[name])
        }
        settings.pop("epochs", None)
        settings["threads"] = _threads(self.n_jobs)
        return settings

    def _seed(self) -> Optional[int]:
        state = self.random_state
        if state is None or isinstance(state, (int, np.integer)):
            return None if state is None else int(state)
        if isinstance(state, np.random.Generator):
            return int(state.integers(2**31 - 1))
        return int(check_random_state(state).randint(2**31 - 1))

    def _epochs(self, rows: int) -> int:
        """So many as were asked for, else 10, or as many as make 300 steps."""
        if self.epochs is not None:
            return int(self.epochs)
        trained = rows - int(rows * self.validation_split)
        per_epoch = trained // self.batch_size if self.sampling == "random" else -(-trained // self.batch_size)
        return max(int(DEFAULTS["epochs"]), -(-_SMALL_DATA_STEPS // max(1, int(per_epoch))))

    # ---- Data

    def _checked(self, X: Any, **further: Any) -> Any:
        """The rows, and y if it is given, as scikit-learn reads them; what to do about some faults it does not know."""
        finite = "allow-nan" if self.missing == "mean" else True
        X = eager(X)
        try:
            return _validated(self, X, dtype="numeric", ensure_all_finite=finite, **further)
        except ValueError as problem:
            if "Input X contains NaN" in str(problem):
                cure = f'{type(self).__name__}(missing="mean") takes the means of the training rows in their place.'
            elif "could not convert string to float" in str(problem):
                cure = "Give each category a column of 0 and 1, as scikit-learn's OneHotEncoder makes them."
            else:
                raise
            raise ValueError(f"{problem}\n{cure}") from None

    def _features(self, X: Any) -> AnyArray:
        """Rows to predict."""
        return cast(AnyArray, self._checked(X, reset=False))

    def _both(self, X: Any, y: Any, reset: bool) -> Tuple[AnyArray, AnyArray]:
        """Training rows, or with reset=False further ones; sparse labels become dense."""
        numeric = isinstance(self, RegressorMixin)
        X, y = self._checked(X, reset=reset, y=y, multi_output=True, y_numeric=numeric)
        return X, y.toarray() if hasattr(y, "toarray") else np.asarray(y)

    def _learnt(self, y: AnyArray, classes: Any, reset: bool) -> AnyArray:
        """Targets as a trainer takes them; sets what the estimator knows of them if `reset`."""
        raise NotImplementedError

    def _rows(self, X: Any, y: Any, sample_weight: Any, eval_set: Any, classes: Any, reset: bool) -> Rows:
        judged = {"early_stopping": self.early_stopping not in (None, False), "restore_best": self.restore_best}
        asked = [name for name, is_asked in judged.items() if is_asked]
        if asked and eval_set is None and not self.validation_split:
            raise SettingsError(f"{asked[0]} needs rows to validate on: set validation_split, or give fit an eval_set")
        X, y = self._both(X, y, reset)
        y = self._learnt(y, classes, reset)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        if eval_set is not None:
            X_val, y_val = self._both(*pair(eval_set), reset=False)
            eval_set = (X_val, self._learnt(y_val, None, reset=False))
        names = getattr(self, "feature_names_in_", None)
        known = self.classes_ if self._targets == "classes" else None
        return Rows(X, y, sample_weight, eval_set, self._targets, None if names is None else names.tolist(), known)

    # ---- Fitting

    def fit(
        self: Self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        eval_set: Any = None,
        callbacks: Sequence[Callback] = (),
    ) -> Self:
        """Trains on rows X of shape (rows, features) and what is to be learnt of them.

        Parameters
        ----------
        X : array or dataframe of shape (rows, features)
        y : array of shape (rows) or (rows, outputs)
        sample_weight : array of shape (rows), or None
            how much each row counts in the loss that is trained
        eval_set : tuple (X, y), or None
            rows to validate each epoch on, for `history_`, `early_stopping` and `restore_best`
        callbacks : functions
            each hears of every epoch that has ended (`strata_mlp.Epoch`); one that returns True ends the fit

        ctrl-C ends it within a step: KeyboardInterrupt is raised, and the estimator is fitted with what was learnt.
        """
        goes_on = bool(self.warm_start) and hasattr(self, "model_")
        rows = self._rows(X, y, sample_weight, eval_set, None, reset=not goes_on)
        seed = self._seed()
        epochs = self._epochs(rows.X.shape[0])
        if not goes_on:
            self._train(self._trainer(rows, seed, epochs), callbacks, [])
        else:
            self._train(self._further_trainer(rows, seed, epochs), callbacks, self.history_)
        return self

    def _partial_fit(self, X: Any, y: Any, classes: Any, sample_weight: Any) -> None:
        first = not hasattr(self, "model_")
        rows = self._rows(X, y, sample_weight, None, classes, reset=first)
        seed = self._seed()
        if first:
            self._train(self._trainer(rows, seed, 1), (), [])
        else:
            calls = len(self.history_)  # another order of rows each time
            trainer = self._heir(rows, (DEFAULTS["seed"] if seed is None else seed) + calls, 1)
            self._train(trainer, (), self.history_)

    def _trainer(self, rows: Rows, seed: Optional[int], epochs: int, model: Optional[Model] = None) -> Trainer:
        trainer = Trainer.__new__(Trainer)
        settings = {**self._settings(), **self._target_settings(), "epochs": epochs, "seed": seed}
        if model is not None:
            settings = {name: value for name, value in settings.items() if name not in _BROUGHT_BY_A_MODEL}
            settings["from"] = model
        trainer._begin(rows, settings, False)
        return trainer

    def _target_settings(self) -> Dict[str, Any]:
        return {}

    def _further_trainer(self, rows: Rows, seed: Optional[int], epochs: int) -> Trainer:
        """Of a warm start: the same run for more epochs if rows and settings are the same, else one that inherits.

        A run that has stopped early would stop again at once: so does one that inherits only by new epochs of its own.
        """
        done = len(self.history_)
        stopped = self._record is not None and (self._record.result or {}).get("stopped_early", False)
        if self._snapshot is not None and not stopped:
            with contextlib.suppress(DataError, SettingsError):
                return self._trainer(rows, seed, done + epochs).restore(self._snapshot)
        return self._heir(rows, seed, epochs)

    def _heir(self, rows: Rows, seed: Optional[int], epochs: int) -> Trainer:
        """On other rows, with weights, optimizers and scalers as they are; a file has no optimizers."""
        rows = rows._replace(model=self.model_._handle, names=None)
        if self._snapshot is not None:
            return self._trainer(rows, seed, epochs).inherit(self._snapshot)
        return self._trainer(rows, seed, epochs, self.model_)

    def _train(self, trainer: Trainer, callbacks: Sequence[Callback], earlier: List[Dict[str, Any]]) -> None:
        """Runs it, and becomes what came of it; `earlier`: the epochs before."""
        try:
            trainer.run(callbacks=callbacks, verbose=self.verbose)
        except KeyboardInterrupt:
            if trainer.position is not None:
                self._keep(trainer, earlier)
            raise
        self._keep(trainer, earlier)

    def _keep(self, trainer: Trainer, earlier: List[Dict[str, Any]]) -> None:
        """What the estimator is from now on."""
        self.model_ = trainer.model
        self.weights_hash_ = self.model_.weights_hash
        self.history_ = earlier + trainer.history
        self.n_iter_ = max(1, len(self.history_))
        self.best_epoch_: Optional[int] = self.history_[-1].get("best_epoch") if self.history_ else None
        self.figure_ = trainer.figure
        self._snapshot = trainer.snapshot()
        self._record = Record(trainer.info, [], trainer.result if trainer.ended else None)
        if self._targets == "classes":
            self.model_.set_note(_CLASS_KIND, _class_kind(self.classes_))

    # ---- Using it

    def _outputs(self, X: Any) -> npt.NDArray[np.float32]:
        check_is_fitted(self)
        return self.model_.outputs(self._features(X), _threads(self.n_jobs) or 0)

    def __setstate__(self, state: Dict[str, Any]) -> None:
        """Of a pickle of an earlier version, whose class had fewer parameters, the others are their defaults."""
        super().__setstate__(state)
        for name, parameter in inspect.signature(type(self)).parameters.items():
            if not hasattr(self, name):
                setattr(self, name, parameter.default)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the model as .safetensors, which the command and `load` read."""
        check_is_fitted(self)
        self.model_.save(path)

    def export_onnx(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the model as ONNX, its scaler inside."""
        check_is_fitted(self)
        self.model_.export_onnx(path)

    def report(self, path: Union[str, os.PathLike[str]], X: Any = None, y: Any = None) -> None:
        """Writes the page of the fit, as `strata report` does of a run's folder.

        With rows the page also says which of them the model takes for what: which are often confused, and how sure it
        is.
        """
        check_is_fitted(self)
        if self._record is None:
            raise SettingsError("a model that was loaded does not tell how it was trained; fit it first")
        rows = None if X is None else self._judged_rows(X, y)
        write_report(path, type(self).__name__, self._record._replace(history=self.history_), self.model_, rows)

    def importance(self, X: Any, y: Any) -> Importance:
        """Which features the model goes by: a dict for each, with ``name``, ``mean`` and ``deviation``.

        ``mean`` is by how much the loss on these rows rises when the feature's values are shuffled among them, as
        `strata evaluate --importance` computes it. Shown, what counts most stands first.
        """
        check_is_fitted(self)
        found = self.model_._judged("importance", self._judged_rows(X, y), _threads(self.n_jobs) or 0)
        return Importance._of(found)

    def _judged_rows(self, X: Any, y: Any) -> Handle:
        """Rows on which the model is judged, with what it should say of them."""
        X, y = self._both(X, y, reset=False)
        y = self._learnt(y, None, reset=False)
        return self.model_._rows(X, y if self._targets != "classes" else class_indices(y, self.classes_, "y"))

    @classmethod
    def load(cls: Type[Self], path: Union[str, os.PathLike[str]]) -> Self:
        """A fitted estimator of a model file or a run's folder, from whatever trained it."""
        model = Model(path)
        layers = model.info["layers"]
        estimator = cls(hidden=tuple(layer["outputs"] for layer in layers[:-1]))
        if len(layers) > 1:
            estimator.set_params(activation=layers[0]["activation"])
        estimator.set_params(missing=model.info["scaler"]["missing"])
        estimator._take(model)
        estimator.model_ = model
        estimator.weights_hash_ = model.weights_hash
        estimator.history_ = []
        estimator.n_iter_ = 1
        estimator._snapshot = None
        estimator._record = None
        estimator.n_features_in_ = model.n_features
        names = model.info.get("feature_names")
        if names:
            estimator.feature_names_in_ = np.asarray(names, dtype=object)
        return estimator

    def _take(self, model: Model) -> None:
        """What the estimator knows of its targets, from a model. Throws for one that has learnt something else."""
        raise NotImplementedError

    # ---- How it shows itself, and what scikit-learn asks

    def _repr_html_fitted(self) -> str:
        figures = {
            "epochs": len(self.history_),
            "parameters": self.model_.info["parameters"],
            "weights": self.weights_hash_,
        }
        groups = [] if self._record is None else self._record.info["groups"]
        return estimator_html(repr(self), figures, self.history_, getattr(self, "figure_", ""), groups)

    @property
    def _repr_html_(self) -> Any:
        return self._repr_html_fitted if hasattr(self, "model_") else super()._repr_html_

    def _repr_mimebundle_(self, **kwargs: Any) -> Dict[str, str]:
        if not hasattr(self, "model_"):
            return cast(Dict[str, str], super()._repr_mimebundle_(**kwargs))
        return {"text/plain": repr(self), "text/html": self._repr_html_fitted()}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing == "mean"
        return tags

    def _more_tags(self) -> Dict[str, Any]:  # before scikit-learn 1.6
        return {"allow_nan": self.missing == "mean"}


class StrataClassifier(ClassifierMixin, ClassifierArguments, _Estimator):  # type: ignore[misc]
    """Learns which of several classes a row is of, or which of several labels it has.

    `y` of shape (rows) holds classes: numbers or texts. `y` of shape (rows, labels), of 0 and 1, holds labels.
    The arguments are those of `strata train`, and are listed at ``__init__``.

    After a fit: ``classes_``, ``n_features_in_``, ``feature_names_in_`` (of dataframes), ``n_iter_`` (epochs),
    ``history_`` (a dict an epoch, which pandas.DataFrame takes), ``weights_hash_``, ``best_epoch_``, ``model_``.

    >>> from sklearn.datasets import load_iris
    >>> from strata_mlp import StrataClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = StrataClassifier(hidden=(16,), upper="adam,lr=0.01", upper_layers=1).fit(X, y)
    >>> clf.score(X, y) > 0.9
    True
    >>> clf.predict(X[:2])
    array([0, 0])
    >>> clf.predict_proba(X[:2]).shape
    (2, 3)
    """

    classes_: AnyArray

    def _target_settings(self) -> Dict[str, Any]:
        rule = (self.loss or "").split(",")[0]
        if rule in _LOSSES_OF_NUMBERS:
            raise SettingsError(f"loss: {rule} learns numbers; use StrataRegressor")
        return {"class_weights": self._class_weights()}

    def _class_weights(self) -> Any:
        weight = self.class_weight
        if weight is None or isinstance(weight, str):
            return weight
        if not isinstance(weight, Mapping):
            raise SettingsError("class_weight is neither 'balanced' nor a dict of weights by class")
        known = self.classes_.tolist()
        unknown = [key for key in weight if key not in known]
        if unknown:
            raise SettingsError(f"class_weight: {unknown[0]!r} is no class of y: {', '.join(map(repr, known))}")
        return [float(weight.get(value, 1)) for value in known]

    def _learnt(self, y: AnyArray, classes: Any, reset: bool) -> AnyArray:
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind == "multilabel-indicator":
            return self._learnt_labels(y, reset)
        if y.ndim == 2:
            if y.shape[1] > 1:
                raise DataError(
                    f"y has {y.shape[1]} columns that are not labels of 0 and 1; give one column of classes"
                )
            warnings.warn(
                "A column-vector y was passed when a 1d array was expected. Please change the shape of y to "
                "(n_samples, ), for example using ravel().",
                DataConversionWarning,
                stacklevel=5,
            )
            y = y[:, 0]
        if reset:
            self._targets = "classes"
            self.classes_ = np.unique(y if classes is None else np.asarray(classes))
        elif self._targets != "classes":
            raise DataError(f"y holds one class a row, expected {len(self.classes_)} columns of 0 and 1")
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise DataError(f"classes are not those of the first call: {', '.join(map(str, self.classes_.tolist()))}")
        return y

    def _learnt_labels(self, y: AnyArray, reset: bool) -> AnyArray:
        if reset:
            self._targets = "labels"
            self.classes_ = np.arange(y.shape[1])
        elif self._targets != "labels" or y.shape[1] != len(self.classes_):
            raise DataError(f"y has {y.shape[1]} columns of labels, unlike that of the fit")
        return y

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> StrataClassifier:
        """One epoch over these rows, from where the last fit stopped: weights, optimizers and the first fit's scaler.

        `classes`: all that further calls may bring; without it those of the first `y`.
        """
        self._partial_fit(X, y, classes, sample_weight)
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float32]:
        """Probabilities of the classes, in the order of `classes_`; or of the labels."""
        outputs = self._outputs(X)
        if len(self.classes_) == 1 and self._targets == "classes":
            return np.ones((len(outputs), 1), dtype=np.float32)
        if self._targets == "classes" and outputs.shape[1] == 1:
            return np.concatenate([1 - outputs, outputs], axis=1)
        return outputs

    def predict(self, X: Any) -> AnyArray:
        """The class of each row; or its labels, as 0 and 1."""
        outputs = self._outputs(X)
        if self._targets == "labels":
            return (outputs > self.threshold).astype(np.int64)
        if len(self.classes_) == 1:
            return self.classes_[np.zeros(len(outputs), dtype=np.int64)]
        chosen = outputs[:, 0] > self.threshold if outputs.shape[1] == 1 else outputs.argmax(axis=1)
        return self.classes_[chosen.astype(np.int64)]

    def _take(self, model: Model) -> None:
        if model.targets == "numbers":
            raise DataError("the model has learnt numbers; use StrataRegressor.load")
        self._targets = model.targets
        names = model.output_names
        kind = model.info["metadata"].get(_CLASS_KIND)
        self.classes_ = _class_values(names, kind) if model.targets == "classes" else np.arange(len(names))
        self.threshold = float(model.info.get("threshold", DEFAULTS["threshold"]))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _more_tags(self) -> Dict[str, Any]:
        return {**super()._more_tags(), "multilabel": True}


class StrataRegressor(RegressorMixin, RegressorArguments, _Estimator):  # type: ignore[misc]
    """Learns a number of each row, or several.

    The arguments are those of `strata train`, and are listed at ``__init__``. `loss` is mse, mae, huber or quantile
    (``"quantile,q=0.1:0.5:0.9"``: an output each).

    After a fit: ``n_features_in_``, ``feature_names_in_`` (of dataframes), ``n_iter_`` (epochs),
    ``history_`` (a dict an epoch, which pandas.DataFrame takes), ``weights_hash_``, ``best_epoch_``, ``model_``.

    >>> import numpy as np
    >>> from strata_mlp import StrataRegressor
    >>> X = np.linspace(-2, 2, 200).reshape(-1, 1)
    >>> reg = StrataRegressor(hidden=(32, 16), epochs=40).fit(X, X[:, 0] ** 2)
    >>> reg.score(X, X[:, 0] ** 2) > 0.95
    True
    """

    def _target_settings(self) -> Dict[str, Any]:
        rule = (self.loss or "mse").split(",")[0]
        if rule.endswith("cross_entropy"):
            raise SettingsError(f"loss: {rule} learns classes; use StrataClassifier")
        return {}

    def _learnt(self, y: AnyArray, classes: Any, reset: bool) -> AnyArray:
        if reset:
            self._targets = "numbers"
            self._flat = y.ndim == 1
        return y

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> StrataRegressor:
        """One epoch over these rows, from where the last fit stopped, by the first fit's scalers."""
        self._partial_fit(X, y, None, sample_weight)
        return self

    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        """The numbers of each row, of shape (rows), or (rows, outputs) for several or a `y` of columns."""
        outputs = self._outputs(X).astype(np.float64)
        return outputs[:, 0] if self._flat and outputs.shape[1] == 1 else outputs

    def _take(self, model: Model) -> None:
        if model.targets != "numbers":
            raise DataError(f"the model has learnt {model.targets}; use StrataClassifier.load")
        self._targets = "numbers"
        self._flat = model.n_outputs == 1

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _more_tags(self) -> Dict[str, Any]:
        return {**super()._more_tags(), "multioutput": True}
