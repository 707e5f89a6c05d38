"""Trained models."""

import copy
import pickle
import threading

import numpy as np
import pytest

from strata_mlp import DataError, Model, SettingsError, Trainer

SMALL = {"hidden": (16, 8), "lower": "sgd,lr=0.1", "upper": "adam,lr=0.01", "batch_size": 16, "epochs": 4}


@pytest.fixture(scope="module")
def model(rings):
    X, y = rings
    return Trainer(X, np.array(["in", "middle", "out"])[y], **SMALL).run().model


def test_predictions(model, rings):
    X, _y = rings
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (600, 3)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert model.output_names == ("in", "middle", "out")
    assert set(model.predict(X)) <= {"in", "middle", "out"}
    for threads in (1, 2):
        assert np.array_equal(model.outputs(X, threads), probabilities)
    assert np.array_equal(model.outputs(X[:1]), probabilities[:1])
    assert np.array_equal(model.outputs(X.astype(np.float64)), probabilities)
    assert model.outputs(X[:0]).shape == (0, 3)


def test_evaluation(model, rings):
    X, y = rings
    figures = model.evaluate(X, np.array(["in", "middle", "out"])[y])
    assert figures["rows"] == 600
    assert figures["accuracy"] == pytest.approx((model.predict_proba(X).argmax(axis=1) == y).mean())
    assert figures == model.evaluate(X, y)
    with pytest.raises(DataError, match="the class 'elsewhere'"):
        model.evaluate(X[:1], ["elsewhere"])


def test_notes(rings, tmp_path):
    model = Trainer(*rings, **SMALL).run().model
    model.set_note("made_by", "the test")
    model.save(tmp_path / "model.safetensors")
    assert Model(tmp_path / "model.safetensors").info["metadata"]["made_by"] == "the test"
    model.set_note("made_by", "")
    assert "made_by" not in model.info["metadata"]
    with pytest.raises(SettingsError, match="classes"):
        model.set_note("classes", "3")


def test_files_and_bytes(model, rings, tmp_path):
    model.save(tmp_path / "model.safetensors")
    expected = model.outputs(rings[0])
    for other in (
        Model(tmp_path / "model.safetensors"),
        Model.load(str(tmp_path / "model.safetensors")),
        Model.from_bytes(model.to_bytes()),
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
    ):
        assert np.array_equal(other.outputs(rings[0]), expected)
        assert other.weights_hash == model.weights_hash
    assert (tmp_path / "model.safetensors").read_bytes() == model.to_bytes()
    with pytest.raises(DataError):
        Model.from_bytes(model.to_bytes()[:200])
    with pytest.raises((DataError, RuntimeError)):
        Model(tmp_path / "absent.safetensors")


def test_onnx(model, rings, tmp_path):
    model.export_onnx(tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == model.to_onnx_bytes()
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(model.to_onnx_bytes())
    outputs = session.run(None, {session.get_inputs()[0].name: rings[0]})
    assert any(np.allclose(output, model.outputs(rings[0]), atol=1e-5) for output in outputs if output.ndim == 2)


def test_what_there_is_to_know(model):
    assert model.n_features == 2
    assert model.n_outputs == 3
    assert [layer["outputs"] for layer in model.info["layers"]] == [16, 8, 3]
    assert next(iter(model.weights)) == "layers.0.weight"
    assert model.weights_hash in repr(model)


def test_wrong_rows_are_said(model):
    with pytest.raises(DataError):
        model.predict(np.zeros((2, 3), np.float32))
    with pytest.raises(DataError):
        model.predict(np.float32(3))
    with pytest.raises(DataError, match="sparse"):
        model.predict(pytest.importorskip("scipy.sparse").csr_matrix(np.zeros((2, 2))))


def test_threads_share_a_model(model, rings):
    expected = model.outputs(rings[0])
    wrong = []

    def work():
        for _ in range(50):
            if not np.array_equal(model.outputs(rings[0]), expected):
                wrong.append(1)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


def test_numbers_have_no_probabilities(slopes):
    model = Trainer(*slopes, hidden=(8,), epochs=1).run().model
    assert model.predict(slopes[0]).shape == (500, 1)
    with pytest.raises(DataError, match="predict"):
        model.predict_proba(slopes[0])


def test_reports(rings, slopes, tmp_path):
    X, y = rings
    names = np.array(["in", "middle", "out"])[y]
    trainer = Trainer(X, names, **SMALL).run()
    trainer.report(tmp_path / "run.html", X, names)
    page = (tmp_path / "run.html").read_text()
    assert trainer.weights_hash in page
    assert "middle" in page
    trainer.report(tmp_path / "curves.html")
    assert "There is no model in the folder" in (tmp_path / "curves.html").read_text()
    unfinished = Trainer(*slopes, hidden=(8,), epochs=3)
    unfinished.advance(20)
    unfinished.report(tmp_path / "unfinished.html")
    with pytest.raises(RuntimeError, match="absent"):
        trainer.report(tmp_path / "absent" / "run.html")
