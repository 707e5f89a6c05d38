"""The estimators beside scikit-learn's tools."""

import copy
import inspect
import os
import pickle
import signal
import unittest
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

import joblib
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import check_estimator

from strata_mlp import DataError, SettingsError, StrataClassifier, StrataRegressor, Trainer

SMALL = {"hidden": (16, 8), "lower": "sgd,lr=0.1", "upper": "adam,lr=0.01", "batch_size": 16, "epochs": 8}
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "mini-batches divide repeated rows otherwise than weighted ones",
}
EXPECTED_BEFORE_1_6 = {"check_sample_weights_invariance"}


@pytest.mark.parametrize("estimator", [StrataClassifier(), StrataRegressor()])
def test_scikit_learns_own_checks(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "on_fail" not in inspect.signature(check_estimator).parameters:  # before 1.6
            assert failed_before_1_6(estimator) <= EXPECTED_BEFORE_1_6
            return
        results = check_estimator(estimator, expected_failed_checks=EXPECTED, on_skip=None, on_fail=None)
    assert [result["check_name"] for result in results if result["status"] == "failed"] == []
    assert [result["check_name"] for result in results if result["status"] == "xfail"] == list(EXPECTED)
    assert len(results) > 50


def failed_before_1_6(estimator):
    failed = set()
    for instance, check in check_estimator(estimator, generate_only=True):
        try:
            check(instance)
        except unittest.SkipTest:
            pass
        except Exception:
            failed.add(check.func.__name__)
    return failed


def test_defaults_learn_small_data():
    assert cross_val_score(StrataClassifier(), *load_iris(return_X_y=True), cv=5).mean() >= 0.93
    assert cross_val_score(StrataRegressor(), *load_diabetes(return_X_y=True), cv=5).mean() >= 0.4


def test_a_fit_is_a_trainers_run(rings):
    X, y = rings
    clf = StrataClassifier(**SMALL).fit(X, y)
    trainer = Trainer(X, y, **SMALL, sampling="shuffle", validation_split=0).run()
    assert clf.weights_hash_ == trainer.weights_hash
    assert len(clf.history_) == clf.n_iter_ == 8
    assert clf.history_[-1]["train_loss"] == trainer.history[-1]["train_loss"]
    assert clf.score(X, y) > 0.9


@pytest.mark.parametrize("n_jobs", [None, 1, 3, -1, -2])
def test_threads_change_nothing(rings, n_jobs):
    clf = StrataClassifier(**SMALL, n_jobs=n_jobs).fit(*rings)
    assert clf.weights_hash_ == StrataClassifier(**SMALL).fit(*rings).weights_hash_


def test_no_threads_are_refused(rings):
    with pytest.raises(SettingsError, match="n_jobs"):
        StrataClassifier(n_jobs=0).fit(*rings)


def test_joblibs_limit_is_heard(rings, monkeypatch):
    from strata_mlp.estimators import _threads

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert _threads(None) == (1 if joblib.cpu_count() > 1 else None)
    assert _threads(3) == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "4096")
    assert _threads(None) is None


def test_grid_search_gives_the_same_on_two_processes(rings):
    grid = {"lower": ["sgd,lr=0.01", "sgd,lr=0.1"], "hidden": [(8,), (16,)]}
    base = StrataClassifier(epochs=3, upper_layers=1, batch_size=16)
    scores = [
        GridSearchCV(base, grid, cv=3, n_jobs=n_jobs).fit(*rings).cv_results_["mean_test_score"] for n_jobs in (1, 2)
    ]
    assert np.array_equal(*scores)


def test_classes_of_any_kind(rings):
    X, y = rings
    texts = np.array(["outside", "in", "middle"])[y]
    clf = StrataClassifier(**SMALL).fit(X, texts)
    assert clf.classes_.tolist() == ["in", "middle", "outside"]
    assert set(clf.predict(X)) <= set(texts)
    assert clf.score(X, texts) > 0.9
    objects = StrataClassifier(**SMALL).fit(X, texts.astype(object))
    assert objects.weights_hash_ == clf.weights_hash_
    numbers = StrataClassifier(**SMALL).fit(X, 10 * y - 3)
    assert numbers.classes_.tolist() == [-3, 7, 17]
    yes_or_no = StrataClassifier(**SMALL).fit(X, y == 1)
    assert yes_or_no.predict(X).dtype == bool


def test_one_output_of_two_classes(rings):
    X, y = rings
    names = np.where(y == 0, "inner", "outer")
    clf = StrataClassifier(**{**SMALL, "epochs": 20}, loss="binary_cross_entropy").fit(X, names)
    proba = clf.predict_proba(X)
    assert proba.shape == (600, 2)
    assert np.allclose(proba.sum(axis=1), 1)
    assert clf.score(X, names) > 0.9
    careful = clone(clf).set_params(threshold=0.9).fit(X, names)
    assert (careful.predict(X) == "outer").sum() <= (clf.predict(X) == "outer").sum()


def test_labels(tags):
    X, y = tags
    clf = StrataClassifier(hidden=(32,), epochs=30).fit(X, y)
    assert clf.predict(X).shape == clf.predict_proba(X).shape == y.shape
    assert (clf.predict(X) == y).mean() > 0.9
    assert clf.history_[-1]["train_label_accuracy"] > 0.9


def test_column_vectors(rings, slopes):
    X, y = rings
    with pytest.warns(DataConversionWarning):
        column = StrataClassifier(**SMALL).fit(X, y[:, None])
    assert column.weights_hash_ == StrataClassifier(**SMALL).fit(X, y).weights_hash_
    X, y = slopes
    assert StrataRegressor(**SMALL).fit(X, y[:, None]).predict(X).shape == (500, 1)
    assert StrataRegressor(**SMALL).fit(X, y).predict(X).shape == (500,)
    assert StrataRegressor(**SMALL).fit(X, np.column_stack([y, -y])).predict(X).shape == (500, 2)


@pytest.mark.parametrize("loss", [None, "mse", "mae", "huber,delta=0.5", "quantile,q=0.5"])
def test_losses_of_numbers(slopes, loss):
    X, y = slopes
    reg = StrataRegressor(hidden=(32, 16), epochs=40, loss=loss).fit(X, y)
    assert reg.score(X, y) > 0.8


def test_quantiles(slopes):
    X, y = slopes
    predictions = StrataRegressor(hidden=(32,), epochs=30, loss="quantile,q=0.1:0.9").fit(X, y).predict(X)
    assert predictions.shape == (500, 2)
    assert (predictions[:, 0] < predictions[:, 1]).mean() > 0.9


def test_an_estimator_for_the_other_targets_is_named(rings, slopes):
    with pytest.raises(SettingsError, match="StrataRegressor"):
        StrataClassifier(loss="mse").fit(*rings)
    with pytest.raises(SettingsError, match="StrataClassifier"):
        StrataRegressor(loss="binary_cross_entropy").fit(*slopes)


def test_weights_of_rows_and_classes(rings):
    X, y = rings
    rare = StrataClassifier(**SMALL, class_weight={0: 20}).fit(X, y)
    plain = StrataClassifier(**SMALL).fit(X, y)
    assert (rare.predict(X) == 0).sum() >= (plain.predict(X) == 0).sum()
    by_row = StrataClassifier(**SMALL).fit(X, y, sample_weight=np.where(y == 0, 20.0, 1.0))
    assert by_row.weights_hash_ != plain.weights_hash_
    same = StrataClassifier(**SMALL).fit(X, y, sample_weight=np.ones(len(y)))
    assert same.weights_hash_ == plain.weights_hash_
    balanced = StrataClassifier(**SMALL, class_weight="balanced").fit(X, y)
    assert balanced.weights_hash_ != plain.weights_hash_
    with pytest.raises(SettingsError, match="7 is no class"):
        StrataClassifier(**SMALL, class_weight={7: 2}).fit(X, y)


def test_validation_rows_and_early_stopping(rings):
    X, y = rings
    texts = np.array(["a", "b", "c"])[y]
    settings = {**SMALL, "epochs": 60, "early_stopping": 2, "restore_best": True}
    clf = StrataClassifier(**settings).fit(X[:400], texts[:400], eval_set=(X[400:], texts[400:]))
    best = min(clf.history_, key=lambda record: record["val_loss"])
    assert clf.best_epoch_ == best["epoch"]
    assert clf.score(X[400:], texts[400:]) == pytest.approx(best["val_accuracy"])
    again = StrataClassifier(**settings).fit(X[:400], texts[:400], eval_set=[(X[400:], texts[400:])])
    assert again.weights_hash_ == clf.weights_hash_
    with pytest.raises(DataError, match="the class 'd'"):
        StrataClassifier(**settings).fit(X, texts, eval_set=(X[:2], ["a", "d"]))
    split = StrataClassifier(**settings, validation_split=0.25).fit(X, texts)
    assert "val_loss" in split.history_[-1]


def test_pickles_and_copies_predict_the_same(rings, slopes, tmp_path):
    cloudpickle = pytest.importorskip("cloudpickle")
    for estimator, (X, y) in ((StrataClassifier(**SMALL), rings), (StrataRegressor(**SMALL), slopes)):
        estimator.fit(X, y)
        expected = estimator.predict(X)
        joblib.dump(estimator, tmp_path / "estimator.joblib")
        others = [
            pickle.loads(pickle.dumps(estimator)),
            cloudpickle.loads(cloudpickle.dumps(estimator)),
            joblib.load(tmp_path / "estimator.joblib"),
            copy.copy(estimator),
            copy.deepcopy(estimator),
        ]
        for other in others:
            assert np.array_equal(other.predict(X), expected)
            assert other.weights_hash_ == estimator.weights_hash_
            assert other.get_params() == estimator.get_params()
        further = [other.set_params(warm_start=True).fit(X, y).weights_hash_ for other in (others[0], others[4])]
        assert further[0] == further[1]


def test_files(rings, slopes, tmp_path):
    X, y = rings
    clf = StrataClassifier(**SMALL, activation="relu").fit(X, 5 * y)
    clf.save(tmp_path / "clf.safetensors")
    again = StrataClassifier.load(tmp_path / "clf.safetensors")
    assert again.classes_.tolist() == [0, 5, 10]
    assert np.array_equal(again.predict_proba(X), clf.predict_proba(X))
    assert again.hidden == (16, 8)
    assert again.activation == "relu"
    assert again.n_features_in_ == 2
    with pytest.raises(DataError, match="StrataClassifier"):
        StrataRegressor.load(tmp_path / "clf.safetensors")
    X, y = slopes
    reg = StrataRegressor(**SMALL).fit(X, y)
    reg.save(tmp_path / "reg.safetensors")
    assert np.array_equal(StrataRegressor.load(tmp_path / "reg.safetensors").predict(X), reg.predict(X))
    with pytest.raises(NotFittedError):
        StrataRegressor().save(tmp_path / "none.safetensors")


@pytest.mark.parametrize("names", [["1", "2", "10"], ["True", "False", "x"], [1.0, 2.0, 10.0], [False, True, True]])
def test_loaded_classes_are_what_they_were(rings, tmp_path, names):
    X, y = rings
    clf = StrataClassifier(**SMALL).fit(X, np.array(names)[y])
    clf.save(tmp_path / "clf.safetensors")
    again = StrataClassifier.load(tmp_path / "clf.safetensors")
    assert again.classes_.tolist() == clf.classes_.tolist()
    assert np.array_equal(again.predict(X), clf.predict(X))


def test_a_loaded_estimator_fills_what_is_missing(rings, tmp_path):
    X, y = rings
    holed = X.copy()
    holed[::7, 1] = np.nan
    clf = StrataClassifier(**SMALL, missing="mean").fit(holed, y)
    clf.save(tmp_path / "clf.safetensors")
    again = StrataClassifier.load(tmp_path / "clf.safetensors")
    assert again.missing == "mean"
    assert np.array_equal(again.predict_proba(holed), clf.predict_proba(holed))


def test_pickles_of_earlier_versions(rings):
    clf = StrataClassifier(**SMALL).fit(*rings)
    state = dict(clf.__getstate__())
    del state["isa"]
    earlier = StrataClassifier.__new__(StrataClassifier)
    earlier.__setstate__(state)
    assert earlier.get_params() == clf.get_params()


def test_a_loaded_estimator_goes_on(rings, tmp_path):
    X, y = rings
    clf = StrataClassifier(**SMALL).fit(X, y)
    clf.save(tmp_path / "clf.safetensors")
    again = StrataClassifier.load(tmp_path / "clf.safetensors")
    before = again.weights_hash_
    again.partial_fit(X, y)
    assert again.weights_hash_ != before
    assert again.score(X, y) > 0.8


def test_onnx(rings, tmp_path):
    StrataClassifier(**SMALL).fit(*rings).export_onnx(tmp_path / "clf.onnx")
    assert (tmp_path / "clf.onnx").stat().st_size > 500


def test_warm_start_goes_on_where_it_stopped(rings):
    X, y = rings
    long = StrataClassifier(**{**SMALL, "epochs": 10}).fit(X, y)
    warm = StrataClassifier(**{**SMALL, "epochs": 4}, warm_start=True).fit(X, y)
    warm.set_params(epochs=6).fit(X, y)
    assert warm.weights_hash_ == long.weights_hash_
    assert [record["epoch"] for record in warm.history_] == list(range(1, 11))
    other_rows = copy.deepcopy(warm).fit(X[:500], y[:500])
    assert len(other_rows.history_) == 16
    cold = StrataClassifier(**{**SMALL, "epochs": 4}).fit(X, y).fit(X, y)
    assert len(cold.history_) == 4


def test_warm_start_after_early_stopping_goes_on(rings):
    X, y = rings
    settings = {**SMALL, "epochs": 60, "early_stopping": 1, "validation_split": 0.25, "restore_best": True}
    clf = StrataClassifier(**settings, warm_start=True, verbose=True).fit(X, y)
    before, done = clf.weights_hash_, len(clf.history_)
    assert done < 60
    clf.fit(X, y)
    assert len(clf.history_) > done
    assert clf.history_[done]["train_loss"] < clf.history_[0]["train_loss"]
    assert clf.weights_hash_ != before


def test_early_stopping_is_a_number_of_epochs(rings):
    plain = StrataClassifier(**SMALL).fit(*rings).weights_hash_
    assert StrataClassifier(**SMALL, early_stopping=False).fit(*rings).weights_hash_ == plain
    with pytest.raises(SettingsError, match="for how many epochs to wait"):
        StrataClassifier(**SMALL, early_stopping=True, validation_split=0.2).fit(*rings)
    with pytest.raises(SettingsError, match="not both"):
        StrataClassifier(**SMALL, validation_split=0.2).fit(*rings, eval_set=rings)


def test_ctrl_c_leaves_what_was_learnt():
    X = np.random.default_rng(1).normal(size=(20000, 50)).astype(np.float32)
    y = X[:, 0] > 0
    clf = StrataClassifier(hidden=(16,), epochs=1000)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y, callbacks=[lambda epoch: os.kill(os.getpid(), signal.SIGINT)])
    assert clf.n_iter_ < 1000
    assert clf.score(X, y) > 0.5
    assert clf.predict(X[:2]).dtype == bool


def test_partial_fit(rings):
    X, y = rings
    clf = StrataClassifier(**SMALL)
    order = np.argsort(y[:100], kind="stable")
    for _ in range(4):
        clf.partial_fit(X[:100][order], y[:100][order], classes=[0, 1, 2])
        clf.partial_fit(X[100:], y[100:])
    assert len(clf.history_) == 8
    assert clf.score(X, y) > 0.7
    first = StrataClassifier(**SMALL).partial_fit(X[y < 2], y[y < 2], classes=[0, 1, 2])
    assert first.predict_proba(X).shape == (600, 3)
    with pytest.raises(DataError, match="not those of the first call: 0, 1, 2"):
        first.partial_fit(X, y, classes=[0, 1, 2, 3])
    with pytest.raises(DataError, match="the class 5"):
        clf.partial_fit(X[:2], [0, 5])


def test_random_states(rings):
    def digest(state):
        return StrataClassifier(**{**SMALL, "epochs": 1}, random_state=state).fit(*rings).weights_hash_

    assert digest(None) == digest(42) == digest(np.int64(42)) != digest(1)
    assert digest(np.random.RandomState(3)) == digest(np.random.RandomState(3)) != digest(np.random.RandomState(4))
    assert digest(np.random.default_rng(3)) == digest(np.random.default_rng(3))
    state = np.random.RandomState(3)
    assert digest(state) != digest(state)


@pytest.mark.parametrize("library", ["pandas", "polars", "polars lazily", "pyarrow"])
def test_dataframes(rings, library):
    library, *lazily = library.split()
    module = pytest.importorskip(library)
    X, y = rings
    columns = {"across": X[:, 0], "up": X[:, 1]}
    frame = module.table(columns) if library == "pyarrow" else module.DataFrame(columns)
    if lazily:
        pytest.importorskip("narwhals")
        frame = frame.lazy()
    plain = StrataClassifier(**SMALL).fit(X, y)
    clf = StrataClassifier(**SMALL).fit(frame, y)
    assert clf.weights_hash_ == plain.weights_hash_
    assert np.array_equal(clf.predict(frame), plain.predict(X))
    assert clf.feature_names_in_.tolist() == ["across", "up"]
    trainer = Trainer(frame, y, hidden=(8,), epochs=1)
    assert trainer.info["features"] == 2
    if library == "pandas":
        assert StrataClassifier(**SMALL).fit(frame, module.Series(y)).weights_hash_ == plain.weights_hash_
        with pytest.raises(ValueError, match="feature names"):
            clf.predict(frame[["up", "across"]])


def test_in_a_pipeline(rings):
    X, y = rings
    pipeline = make_pipeline(MinMaxScaler(), StrataClassifier(**SMALL))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.8
    pipeline.set_params(strataclassifier__epochs=2).fit(X, y)
    assert pipeline[-1].n_iter_ == 2


def test_missing_values(rings):
    X, y = rings
    X = X.copy()
    X[::7, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        StrataClassifier(**SMALL).fit(X, y)
    assert StrataClassifier(**SMALL, missing="mean").fit(X, y).score(X, y) > 0.7


def test_callbacks_and_progress(rings, capfd):
    heard = []
    StrataClassifier(**SMALL).fit(*rings, callbacks=[lambda epoch: heard.append(epoch.train_loss)])
    assert len(heard) == 8
    assert capfd.readouterr() == ("", "")
    StrataClassifier(**SMALL, verbose=1).fit(*rings)
    assert capfd.readouterr().err.count("Epoch ") == 8


def test_a_notebook_shows_a_fitted_estimator(rings):
    clf = StrataClassifier(**SMALL)
    assert "svg" not in clf._repr_mimebundle_().get("text/plain")
    clf.fit(*rings)
    bundle = clf._repr_mimebundle_()
    assert bundle["text/html"] == clf._repr_html_()
    assert clf.weights_hash_ in bundle["text/html"]
    assert "sgd,lr=0.1" in bundle["text/html"]
    assert bundle["text/html"].count("<svg") == 2


def test_bad_rows_are_said(rings):
    X, y = rings
    clf = StrataClassifier(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match="3 features"):
        clf.predict(np.zeros((2, 3)))
    with pytest.raises(NotFittedError):
        StrataClassifier().predict(X)
    with pytest.raises(ValueError, match="NaN"):
        clf.predict([[0, np.nan]])


def test_partial_fit_of_rows_with_offsets(slopes):
    X, y = slopes
    far = X + 1e9  # which single precision cannot tell apart
    reg = StrataRegressor(**SMALL)
    for _ in range(3):
        reg.partial_fit(far[:250], y[:250])
        reg.partial_fit(far[250:], y[250:])
    near = StrataRegressor(**SMALL)
    for _ in range(3):
        near.partial_fit(X[:250], y[:250])
        near.partial_fit(X[250:], y[250:])
    assert np.allclose(reg.predict(far), near.predict(X), atol=0.5)


def test_reports(rings, slopes, tmp_path):
    X, y = rings
    texts = np.array(["in", "middle", "out"])[y]
    clf = StrataClassifier(**SMALL).fit(X, texts)
    clf.report(tmp_path / "clf.html", X, texts)
    page = (tmp_path / "clf.html").read_text()
    assert clf.weights_hash_ in page
    assert "StrataClassifier" in page
    pickle.loads(pickle.dumps(clf)).report(tmp_path / "again.html")
    reg = StrataRegressor(**SMALL).fit(*slopes)
    reg.report(tmp_path / "reg.html", *slopes)
    clf.save(tmp_path / "clf.safetensors")
    with pytest.raises(SettingsError, match="loaded"):
        StrataClassifier.load(tmp_path / "clf.safetensors").report(tmp_path / "none.html")


def test_importance(slopes):
    X, y = slopes  # whose last feature says nothing
    reg = StrataRegressor(**SMALL).fit(X, y)
    found = reg.importance(X, y)
    assert [block["name"] for block in found] == ["0", "1", "2", "3"]
    assert max(found, key=lambda block: block["mean"])["name"] == "0"
    assert found[3]["mean"] < 0.1 * found[0]["mean"]
    assert repr(found).splitlines()[1].startswith("0 ")
    assert "<table>" in found._repr_html_()
    with pytest.raises(NotFittedError):
        StrataRegressor().importance(X, y)


def test_importance_calls_features_by_their_names(rings, tmp_path):
    pandas = pytest.importorskip("pandas")
    X, y = rings
    frame = pandas.DataFrame(X, columns=["across", "up"])
    texts = np.array(["in", "middle", "out"])[y]
    clf = StrataClassifier(**SMALL).fit(frame, texts)
    found = clf.importance(frame, texts)
    assert [block["name"] for block in found] == ["across", "up"]
    assert list(clf.model_.importance(X, y)) == list(found)
    clf.save(tmp_path / "clf.safetensors")
    assert list(StrataClassifier.load(tmp_path / "clf.safetensors").importance(frame, texts)) == list(found)
    with pytest.raises(DataError, match="the class 'elsewhere'"):
        clf.importance(frame[:1], ["elsewhere"])
    with pytest.raises(DataError, match="the class 'elsewhere'"):
        clf.report(tmp_path / "clf.html", frame[:1], ["elsewhere"])


def test_what_can_be_done_is_said(rings):
    X, y = rings
    for asked in ({"early_stopping": 3}, {"restore_best": True}):
        with pytest.raises(SettingsError, match="set validation_split, or give fit an eval_set"):
            StrataClassifier(**asked).fit(X, y)
    with pytest.raises(ValueError, match="OneHotEncoder"):
        StrataClassifier().fit(np.array([["low"], ["high"]], dtype=object), [0, 1])
    gaps = np.where(X > 0.9, np.nan, X)
    with pytest.raises(ValueError, match=r'Input X contains NaN[\s\S]*missing="mean"'):
        StrataClassifier().fit(gaps, y)
    assert StrataClassifier(hidden=(8,), upper_layers=1, epochs=1, missing="mean").fit(gaps, y).n_iter_ == 1
