"""predict_worker.py CONTESTANT FOLDER THREADS [INPUT OUTPUT]: predictions of the model in FOLDER by strata, onnxruntime or sklearn.

Without INPUT it is commanded by JSON lines on stdin, as worker.py is. With INPUT, a .csv or .npy file of features, it
predicts its rows into OUTPUT, a .npy file, and prints the seconds of reading, predicting and writing alone.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np


def strata(folder, threads):
    import strata_package

    model = strata_package.load(Path(os.environ["STRATA_LIBRARY"]).parent).Model(folder / "model.safetensors")
    return lambda rows: model.predict_proba(rows, threads)


def onnxruntime(folder, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda rows: session.run(["probabilities"], {name: rows})[0]


def sklearn(folder, threads):
    """A pipeline with the model's scaler and weights; its arithmetic is float32, too."""
    from safetensors.numpy import load_file
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils._testing import ignore_warnings
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    tensors = load_file(folder / "model.safetensors")
    layers = sum(name.endswith(".weight") for name in tensors)
    weights = [tensors[f"layers.{layer}.weight"] for layer in range(layers)]
    classes = max(2, len(weights[-1]))
    pipeline = make_pipeline(StandardScaler(), MLPClassifier([len(weight) for weight in weights[:-1]], max_iter=1))
    rows = np.zeros((2 * classes, weights[0].shape[1]), np.float32)
    ignore_warnings(category=ConvergenceWarning)(pipeline.fit)(rows, np.arange(2 * classes) % classes)
    scaler, network = pipeline[0], pipeline[1]
    scaler.mean_, scaler.scale_ = tensors["scaler.mean"].astype(np.float64), tensors["scaler.scale"].astype(np.float64)
    network.coefs_ = [np.ascontiguousarray(weight.T) for weight in weights]
    network.intercepts_ = [tensors[f"layers.{layer}.bias"] for layer in range(layers)]
    return pipeline.predict_proba


def read(path):
    if path.suffix == ".npy":
        return np.load(path)
    import pandas

    return pandas.read_csv(path, dtype=np.float32).to_numpy()


def seconds_a_call(predict, rows, seconds):
    """The mean of as many calls as take so long."""
    calls, begin = 0, time.perf_counter()
    while calls == 0 or time.perf_counter() - begin < seconds:
        predict(rows)
        calls += 1
    return (time.perf_counter() - begin) / calls


def predict_file(predict, source, output):
    if source.suffix == ".csv":
        import pandas  # noqa: F401  (its import is no part of reading)
    begin = time.perf_counter()
    np.save(output, predict(read(source)))
    print(time.perf_counter() - begin)


def obey(predict, rows):
    for line in sys.stdin:
        command = json.loads(line)
        chosen = rows[:command["rows"]]
        if command["do"] == "save":
            np.save(command["path"], predict(chosen))
            answer = {}
        else:
            answer = {"seconds": seconds_a_call(predict, chosen, command["seconds"])}
        print(json.dumps(answer), flush=True)


def main():
    name, folder, threads, *files = sys.argv[1:]
    folder = Path(folder)
    predict = {"strata": strata, "onnxruntime": onnxruntime, "sklearn": sklearn}[name](folder, int(threads))
    if files:
        predict_file(predict, *map(Path, files))
    else:
        obey(predict, np.load(folder / "rows.npy"))


if __name__ == "__main__":
    main()
