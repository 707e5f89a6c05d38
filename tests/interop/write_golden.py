"""write_golden.py DATA_FOLDER: the frameworks' losses as ../golden/keras_losses.json and torch_losses.json."""

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np

import frameworks
import problem


def main():
    data = problem.Data(sys.argv[1])
    for convention, packages in (("keras", ["keras", "tensorflow-cpu"]), ("torch", ["torch"])):
        made_by = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)
        runs = []
        for case in problem.problems(convention):
            # The shortest decimals that read back as the same float32.
            losses = ",".join(str(np.float32(loss)) for loss in frameworks.losses(data, case))
            runs.append(f'{{"lower":"{case.pair[0]}","upper":"{case.pair[1]}","train_rows":{case.train_rows},'
                        f'"losses":[{losses}]}}')
        text = f'{{"made_by":"{made_by}","runs":[\n' + ",\n".join(runs) + "\n]}\n"
        json.loads(text)
        (Path(__file__).parent.parent / "golden" / f"{convention}_losses.json").write_text(text)


if __name__ == "__main__":
    main()
