"""A loop of one's own: epochs, steps, rates, what a trainer knows, and going on elsewhere."""

import ctypes
import os
import pickle
import signal
import threading
import time

import numpy as np
import pytest

from strata_mlp import DataError, DivergedError, SettingsError, StrataError, Trainer

SMALL = {"hidden": (16, 8), "lower": "sgd,lr=0.1", "upper": "adam,lr=0.01", "batch_size": 16}


def test_epochs_and_steps(rings):
    trainer = Trainer(*rings, **SMALL)
    steps = []
    for epoch in trainer.epochs(3):
        for step in epoch:
            steps.append(step)
            assert step.epoch == epoch.number
            assert step.mean_accuracy == step.mean_figure
        assert epoch.val_loss == trainer.history[-1]["val_loss"]
        assert epoch.train_accuracy == step.mean_accuracy
    assert len(steps) == 3 * trainer.info["steps_per_epoch"] == 90
    assert [step.global_step for step in steps] == list(range(1, 91))
    assert trainer.ended
    assert len(trainer.history) == 3


def test_steps_one_by_one_give_the_bits_of_a_whole_run(rings):
    by_steps = Trainer(*rings, **SMALL, epochs=3)
    while by_steps.step() is not None:
        pass
    whole = Trainer(*rings, **SMALL, epochs=3).run()
    pieces = Trainer(*rings, **SMALL, epochs=3)
    while pieces.advance(7) is not None:
        pass
    assert by_steps.weights_hash == whole.weights_hash == pieces.weights_hash
    assert by_steps.result["val_loss"] == whole.result["val_loss"]


def test_an_epoch_that_nobody_iterates_over_is_trained(rings):
    trainer = Trainer(*rings, **SMALL)
    losses = [epoch.val_loss for epoch in trainer.epochs(2)]
    assert len(losses) == 2
    assert trainer.position.global_step == 60


def test_an_epoch_left_early_is_made_to_its_end(rings):
    trainer = Trainer(*rings, **SMALL)
    for epoch in trainer.epochs(1):
        for step in epoch:
            if step.step == 5:
                with pytest.raises(StrataError, match="not over"):
                    epoch.val_loss  # noqa: B018
                break
        assert epoch.val_loss > 0
    assert trainer.position.step == 30


def test_what_a_step_and_an_epoch_lack_is_said(rings):
    trainer = Trainer(*rings, **SMALL)
    with pytest.raises(AttributeError, match="it has mean_loss and mean_accuracy"):
        trainer.step().mean_mae  # noqa: B018
    epoch = next(trainer.epochs(1))
    with pytest.raises(AttributeError, match=r"no val_r2; it has .*val_loss"):
        epoch.val_r2  # noqa: B018


def test_more_epochs_than_the_setting_go_on(rings):
    longer = Trainer(*rings, **SMALL, epochs=2)
    longer.run()
    assert longer.ended
    for _ in longer.epochs(3):
        pass
    assert longer.epochs_done == 5
    assert [record["epoch"] for record in longer.history] == [1, 2, 3, 4, 5]
    assert longer.weights_hash == Trainer(*rings, **SMALL, epochs=5).run().weights_hash


def test_rates_are_read_and_set_between_steps(rings):
    trainer = Trainer(*rings, **SMALL)
    assert list(trainer.groups) == ["lower", "upper"]
    assert trainer.groups["lower"].lr == pytest.approx(0.1)
    before = trainer.weights
    trainer.groups["lower"].lr = 0
    trainer.step()
    after = trainer.weights
    assert np.array_equal(before["layers.0.weight"], after["layers.0.weight"])
    assert not np.array_equal(before["layers.2.weight"], after["layers.2.weight"])
    trainer.groups["lower"].lr = None
    assert trainer.groups["lower"].lr == pytest.approx(0.1)
    for rate in (-1, float("nan"), float("inf")):
        with pytest.raises(SettingsError):
            trainer.groups["lower"].lr = rate


def test_a_rate_that_is_set_is_the_optimizers_own(rings):
    set_ = Trainer(*rings, **SMALL, epochs=2)
    set_.groups["upper"].lr = 0.002
    other = Trainer(*rings, **{**SMALL, "upper": "adam,lr=0.002"}, epochs=2)
    assert set_.run().weights_hash == other.run().weights_hash


def test_a_rate_that_is_set_is_repeated_by_lr_from(rings):
    set_ = Trainer(*rings, **SMALL, epochs=2)
    for _ in range(5):
        set_.step()
    set_.groups["lower"].lr = 0.003
    for _ in range(4):
        set_.step()
    set_.groups["lower"].lr = 0
    again = Trainer(*rings, **{**SMALL, "lower": SMALL["lower"] + ",lr_from=6:0.003+10:0"}, epochs=2)
    assert again.groups["lower"].optimizer.endswith("lr_from=6:0.003+10:0")
    assert set_.run().weights_hash == again.run().weights_hash
    with pytest.raises(SettingsError, match="'6' is not STEP:LR"):
        Trainer(*rings, **{**SMALL, "upper": {"name": "adam", "lr_from": "6"}})


def test_groups_by_list_and_by_dict(rings):
    as_list = Trainer(*rings, hidden=(16, 8), group=["0-1:sgd,lr=.01", "2:adam"], epochs=1)
    as_dict = Trainer(*rings, hidden=(16, 8), group={"0-1": "sgd,lr=.01", "2": {"name": "adam"}}, epochs=1)
    assert list(as_list.groups) == ["0-1", "2-2"]
    assert as_list.groups["2"].lr == as_list.groups["2-2"].lr == pytest.approx(0.001)
    with pytest.raises(SettingsError, match="expected one of 0-1, 2-2"):
        as_list.groups["upper"].lr = 1
    assert as_list.run().weights_hash == as_dict.run().weights_hash


def test_gradient_norms_leave_the_bits_alone(rings):
    measured = Trainer(*rings, **SMALL, measure_gradients=True, epochs=1)
    measured.step()
    assert measured.gradient_norms.shape == (3,)
    assert (measured.gradient_norms > 0).all()
    plain = Trainer(*rings, **SMALL, epochs=1)
    plain.step()
    with pytest.raises(SettingsError):
        plain.gradient_norms  # noqa: B018
    assert measured.run().weights_hash == plain.run().weights_hash


def test_weights_are_copies(rings):
    trainer = Trainer(*rings, **SMALL)
    weights = trainer.weights
    assert [(name, values.shape) for name, values in weights.items()] == [
        ("layers.0.weight", (16, 2)),
        ("layers.0.bias", (16,)),
        ("layers.1.weight", (8, 16)),
        ("layers.1.bias", (8,)),
        ("layers.2.weight", (3, 8)),
        ("layers.2.bias", (3,)),
    ]
    digest = trainer.weights_hash
    weights["layers.0.weight"][:] = 0
    assert trainer.weights_hash == digest


def test_a_snapshot_goes_on_bit_for_bit(rings):
    trainer = Trainer(*rings, **SMALL, epochs=4)
    trainer.advance(30)
    trainer.advance(11)
    snapshot = trainer.snapshot()
    end = trainer.run().weights_hash
    assert Trainer(*rings, **SMALL, epochs=4).restore(snapshot).run().weights_hash == end
    assert trainer.restore(snapshot).run().weights_hash == end
    with pytest.raises((DataError, SettingsError)):
        Trainer(*rings, **{**SMALL, "hidden": (4,)}).restore(snapshot)
    with pytest.raises(DataError):
        trainer.restore(snapshot[:100])


def test_inherited_weights(rings):
    X, y = rings
    first = Trainer(X[:300], y[:300], **SMALL, epochs=2).run()
    second = Trainer(X[300:], y[300:], **SMALL, epochs=2).inherit(first.snapshot())
    assert second.weights_hash == first.weights_hash
    second.run()
    assert second.epochs_done == 2


def test_going_on_from_a_model(rings, tmp_path):
    model = Trainer(*rings, **SMALL, epochs=2).run().model
    model.save(tmp_path / "first.safetensors")
    by_model = Trainer(*rings, from_=model, epochs=1)
    assert by_model.weights_hash == model.weights_hash
    by_path = Trainer(*rings, from_=tmp_path / "first.safetensors", epochs=1)
    assert by_model.run().weights_hash == by_path.run().weights_hash


def test_own_validation_rows(rings):
    X, y = rings
    trainer = Trainer(X[:400], y[:400], eval_set=(X[400:], y[400:]), **SMALL, epochs=2).run()
    assert trainer.info["train_rows"] == 400
    assert trainer.info["validation_rows"] == 200
    assert trainer.history[-1]["val_accuracy"] == pytest.approx(trainer.model.evaluate(X[400:], y[400:])["accuracy"])


def test_early_stopping_restores_the_best_epoch(rings):
    trainer = Trainer(*rings, **SMALL, early_stopping=2, restore_best=True, epochs=60).run()
    result = trainer.result
    history = trainer.history
    assert result["best_epoch"] == min(history, key=lambda record: record["val_loss"])["epoch"]
    assert result["restored_best"]
    assert trainer.model.weights_hash == trainer.best_model.weights_hash == result["weights_hash"]


def test_numbers_and_labels(slopes, tags):
    numbers = Trainer(*slopes, hidden=(32,), upper_layers=1, epochs=20).run()
    assert numbers.figure == "mae"
    assert numbers.history[-1]["val_r2"] > 0.8
    labels = Trainer(*tags, hidden=(32,), upper_layers=1, epochs=20).run()
    assert labels.figure == "label_accuracy"
    assert labels.history[-1]["val_label_accuracy"] > 0.85


def test_every_kind_of_array_gives_the_same_weights():
    values = np.random.default_rng(3).integers(-100, 100, (200, 6))
    y = (values.sum(axis=1) > 0).astype(int)
    expected = Trainer(values.astype(np.float32), y, **SMALL, epochs=1).run().weights_hash
    others = [values.astype(dtype) for dtype in ("i1", "i2", "i4", "i8", "f2", "f8", ">f4", ">i4", "g")]
    others += [np.asfortranarray(values.astype("f4")), np.repeat(values, 2, axis=1)[:, ::2], values[::-1].copy()[::-1]]
    others += [values.astype(object), values.tolist()]
    for array in others:
        assert Trainer(array, y, **SMALL, epochs=1).run().weights_hash == expected
    pixels = values.astype(np.float32) + 100
    as_pixels = Trainer(pixels.astype(np.uint8), y, **SMALL, epochs=1).run()
    assert as_pixels.info["features"] == 6


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"hidden": (0,)}, SettingsError, "hidden"),
        ({"lower": "sdg"}, SettingsError, "sgd"),
        ({"epochs": 0}, SettingsError, "epochs"),
        ({"validation_split": 1.5}, SettingsError, "validation_split"),
        ({"engine": "onednn"}, SettingsError, "panels"),
        ({"group": ["0:sgd"]}, SettingsError, "layer"),
        ({"data": "somewhere"}, SettingsError, "not both"),
        ({"eval_set": 3}, DataError, "pair"),
        ({"sample_weight": [1, 2]}, DataError, "600"),
    ],
)
def test_what_is_wrong_is_said(rings, settings, error, message):
    with pytest.raises(error, match=message) as raised:
        Trainer(*rings, **settings)
    assert "--" not in str(raised.value)
    assert isinstance(raised.value, ValueError)


def test_bad_rows_are_said(rings):
    X, y = rings
    with pytest.raises(DataError, match="y is missing"):
        Trainer(X)
    with pytest.raises(DataError):
        Trainer(X, y[:-1])
    with pytest.raises(DataError, match="number"):
        Trainer([["a", "b"]] * 4, [0, 1, 0, 1])
    missing = X.copy()
    missing[3, 1] = np.nan
    with pytest.raises(DataError, match="missing"):
        Trainer(missing, y)
    Trainer(missing, y, missing="mean", epochs=1).run()


def test_divergence_is_an_error(slopes):
    with pytest.raises(DivergedError):
        Trainer(*slopes, hidden=(32, 32), lower="sgd,lr=1e6", upper="sgd,lr=1e6", epochs=3).run()


def long_run():
    X = np.random.default_rng(1).normal(size=(20000, 50)).astype(np.float32)
    return Trainer(X, (X[:, 0] > 0).astype(int), hidden=(200, 200), epochs=1000)


def test_ctrl_c_keeps_what_was_learnt():
    trainer = long_run()
    began = trainer.weights_hash
    handler = signal.getsignal(signal.SIGINT)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        trainer.run()
    assert signal.getsignal(signal.SIGINT) is handler
    at = trainer.position.global_step
    assert 0 < at < 1000 * trainer.info["steps_per_epoch"]
    assert trainer.weights_hash != began
    assert trainer.step().global_step == at + 1


def test_ctrl_c_at_any_moment():
    trainer = long_run()

    def press(_signal, _frame):
        raise KeyboardInterrupt

    def run_until(seconds):
        signal.setitimer(signal.ITIMER_REAL, seconds)
        trainer.run()

    earlier = signal.signal(signal.SIGALRM, press)
    try:
        for seconds in np.linspace(1e-4, 2e-3, 60):  # while a thread is made for the run, and soon after
            with pytest.raises(KeyboardInterrupt):
                run_until(seconds)
            position = trainer.position
            at = 0 if position is None else position.global_step
            assert trainer.step().global_step == at + 1
    finally:
        signal.signal(signal.SIGALRM, earlier)


def test_another_thread_stops_a_run():
    trainer = long_run()
    threading.Timer(0.3, trainer.stop).start()
    trainer.run()
    at = trainer.position.global_step
    assert 0 < at < 1000 * trainer.info["steps_per_epoch"]
    assert not trainer.ended
    assert trainer.step().global_step == at + 1


def test_a_stop_before_an_epoch_is_validated_costs_no_step():
    X = np.random.default_rng(1).normal(size=(40000, 50)).astype(np.float32)
    y = (X[:, 0] > 0).astype(int)
    trainer = Trainer(X, y, hidden=(200, 200), epochs=1000, batch_size=100, validation_split=0.995)
    for _ in range(20):  # an epoch is two steps and a long validation: most of the stops come within that
        threading.Timer(0.02, trainer.stop).start()
        trainer.run()
        at = trainer.position.global_step
        assert trainer.step().global_step == at + 1


def test_other_threads_go_on_while_it_trains():
    trainer = long_run()
    counted = 0
    worker = threading.Thread(target=trainer.advance, args=(200,))
    worker.start()
    while worker.is_alive():
        counted += 1
        time.sleep(0.0005)
    worker.join()
    assert counted > 10


def test_callbacks_hear_of_epochs_and_end_the_run(rings):
    heard = []

    def callback(epoch):
        heard.append(epoch.number)
        return epoch.number == 2

    trainer = Trainer(*rings, **SMALL).run(callbacks=[callback])
    assert heard == [1, 2]
    assert trainer.epochs_done == 2


def test_nothing_is_printed_unless_asked(rings, capfd):
    Trainer(*rings, **SMALL, epochs=2).run()
    assert capfd.readouterr() == ("", "")
    Trainer(*rings, **SMALL, epochs=2).run(verbose=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Epoch 1/2  loss ")
    assert err.count("\n") == 2
    assert "\r" not in err


def test_a_trainer_is_not_pickled(rings):
    with pytest.raises(TypeError, match="snapshot"):
        pickle.dumps(Trainer(*rings, **SMALL))


def test_the_callers_floating_point_mode_is_as_it_was(rings):
    denormal = np.float32(1e-40)
    Trainer(*rings, **SMALL, epochs=1).run()
    assert denormal * np.float32(0.5) > 0
    assert ctypes.c_float(float(denormal)).value > 0


def test_representations(rings):
    trainer = Trainer(*rings, **SMALL, epochs=2)
    assert "Trainer(" in repr(trainer)
    assert "<svg" not in trainer._repr_html_()
    trainer.run()
    html = trainer._repr_html_()
    assert html.count("<svg") == 2
    assert "sgd,lr=0.1" in html
    assert "lower" in repr(trainer.groups["lower"])
