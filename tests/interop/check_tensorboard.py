"""check_tensorboard.py STRATA DATA_FOLDER: event files read back by TensorBoard, held against metrics and trials.

A run's scalars must be those of metrics.jsonl, a sweep's sessions and metrics in HParams those of trials.jsonl.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def fields_of(line):
    """The line's numbers by their tags."""
    for name, value in line.items():
        if isinstance(value, dict) and name == "learning_rates":
            yield from ((f"{line['type']}/{name}/{key}", rate) for key, rate in value.items())
        elif isinstance(value, list):
            yield from ((f"{line['type']}/{name}/{index}", item) for index, item in enumerate(value))
        elif isinstance(value, float):
            yield f"{line['type']}/{name}", value


def is_kept(step):
    """docs/formats.md: every step up to 1,000, every tenth up to 10,000, …"""
    every = 1
    while step > 1000 * every:
        every *= 10
    return step % every == 0


def expected_scalars(metrics):
    """{(tag, step): value}, as fp32."""
    expected = {}
    for line in metrics:
        if line["type"] == "step" and not is_kept(line["global_step"]) or line["type"] == "run":
            continue
        for tag, value in fields_of(line):
            if tag.split("/")[1] != "seconds":
                expected[tag, line.get("global_step", line.get("steps"))] = np.float32(value)
    return expected


def scalars_in(folder):
    accumulator = event_accumulator.EventAccumulator(str(folder), {event_accumulator.SCALARS: 0})
    accumulator.Reload()
    events = [(tag, event) for tag in accumulator.Tags()["scalars"] for event in accumulator.Scalars(tag)]
    scalars = {(tag, event.step): np.float32(event.value) for tag, event in events}
    assert len(scalars) == len(events), "a step has two values"
    return scalars


def check_run(strata, data, folder):
    subprocess.run([strata, "train", "--data", data, "--run-dir", folder, "--tensorboard", "--hidden", "16", "--epochs",
                    "2", "--upper", "adam,schedule=cosine", "--upper-layers", "1", "--monitor", "val_macro_f1",
                    "--quiet"], check=True, stdout=subprocess.DEVNULL)
    expected, found = expected_scalars(lines(folder / "metrics.jsonl")), scalars_in(folder)
    assert found == expected, {key: (expected.get(key), found.get(key))
                               for key in expected.keys() ^ found.keys()} or "values differ"
    print(f"a run: {len(found)} scalars of {len({tag for tag, _ in found})} tags as in metrics.jsonl")


def check_resumed_run(strata, data, folder):
    """Killed without warning some way behind a checkpoint, and gone on: TensorBoard sees one run."""
    run = subprocess.Popen([strata, "train", "--data", data, "--run-dir", folder, "--tensorboard", "--hidden", "16",
                            "--epochs", "2", "--checkpoint-every", "333", "--quiet"], stdout=subprocess.DEVNULL)
    while run.poll() is None and not (folder / "checkpoints" / "step-00001332.safetensors").exists():
        time.sleep(0.001)
    run.kill()
    run.wait()
    subprocess.run([strata, "train", "--resume", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    files = len(list(folder.glob("events.out.tfevents.*")))
    expected, found = expected_scalars(lines(folder / "metrics.jsonl")), scalars_in(folder)
    assert files == 2 and found == expected, (files, sorted(expected.items() ^ found.items(), key=str)[:20])
    print(f"a run killed and gone on: {len(found)} scalars from {files} files as in metrics.jsonl")


def hparams_of(folder):
    """The experiment and its session groups, by the plugin itself."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    hparams = backend_context.Context(base_plugin.TBContext(data_provider=provider, logdir=str(folder)))
    request = context.RequestContext()
    experiment = get_experiment.Handler(request, hparams, "", api_pb2.GetExperimentRequest()).run()
    groups = list_session_groups.Handler(request, hparams, "", api_pb2.ListSessionGroupsRequest(
        allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE], slice_size=1000,
        aggregation_type=api_pb2.AGGREGATION_AVG)).run()
    return experiment, groups.session_groups


def value_of(value):
    return getattr(value, value.WhichOneof("kind"))


def check_sweep(strata, data, folder):
    # The third rate diverges.
    subprocess.run([strata, "sweep", "--data", data, "--run-dir", folder, "--tensorboard", "--hidden", "16",
                    "--upper-layers", "1", "--upper-lr", "0.001,0.01,1e30", "--vary", "batch-size=32|64", "--max-steps",
                    "200", "--epochs", "1", "--seeds", "2", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    trials = {trial["key"]: trial for trial in lines(folder / "trials.jsonl")}
    experiment, groups = hparams_of(folder / "tensorboard")
    assert {info.name for info in experiment.hparam_infos} >= {"upper.lr", "batch-size"}, experiment
    assert "best/val_loss" in {info.name.tag for info in experiment.metric_infos}, experiment
    assert len(groups) == 6 and all(len(group.sessions) == 2 for group in groups), groups
    assert {session.name for group in groups for session in group.sessions} == trials.keys(), groups
    for group in groups:
        for session in group.sessions:
            trial = trials[session.name]
            options = {name: value_of(value) for name, value in group.hparams.items()}
            for name in ("upper.lr", "batch-size"):
                assert options[name] == float(trial["varied"][name]), (options, trial)
            completed = trial["status"] == "completed"
            assert (session.status == api_pb2.STATUS_SUCCESS) == completed, (session, trial)
            metrics = {value.name.tag: np.float32(value.value) for value in session.metric_values}
            assert not completed or metrics["best/val_loss"] == np.float32(trial["best"]["val_loss"]), (metrics, trial)
    found = {key: scalars_in(folder / "tensorboard" / key) for key in trials}
    for key, trial in trials.items():
        for figure, values in trial["curve"].items():
            for epoch, value in enumerate(values, 1):
                assert value is None or found[key][f"epoch/{figure}", epoch] == np.float32(value), (key, figure)
    print(f"a sweep: {len(trials)} sessions in {len(groups)} groups as in trials.jsonl")


def main():
    strata, data = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        check_run(strata, data, Path(folder) / "run")
        check_resumed_run(strata, data, Path(folder) / "resumed")
        check_sweep(strata, data, Path(folder) / "sweep")


if __name__ == "__main__":
    sys.exit(main())
