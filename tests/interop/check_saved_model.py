"""check_saved_model.py STRATA DATA_FOLDER: a model that Strata saved, read by safetensors and run by PyTorch.

The file must load by name into a torch.nn.Module and give the test loss and accuracy that Strata reports.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

import problem

TOLERANCE = 1e-5  # relative, of the loss


class Network(torch.nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = torch.nn.ModuleList(map(torch.nn.Linear, sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.nn.functional.elu(layer(x))
        return self.layers[-1](x)


def main():
    strata, data = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.safetensors"
        trained = subprocess.run([strata, "train", "--data", data, "--max-steps", "200", "--save", model,
                                  "--quiet", "--json"], check=True, stdout=subprocess.PIPE)
        tensors = safetensors.torch.load_file(model)
    result = json.loads(trained.stdout)

    network = Network(problem.SIZES)
    network.load_state_dict({name: tensor for name, tensor in tensors.items() if name.startswith("layers.")})
    images = problem.read_idx(Path(data) / "t10k-images-idx3-ubyte.gz").reshape(-1, problem.SIZES[0])
    labels = problem.read_idx(Path(data) / "t10k-labels-idx1-ubyte.gz")
    with torch.no_grad():
        features = (torch.from_numpy(images.astype(np.float32)) - tensors["scaler.mean"]) / tensors["scaler.scale"]
        logits = network(features)
        expected = torch.from_numpy(labels.astype(np.int64))
        loss = torch.nn.functional.cross_entropy(logits.double(), expected).item()
        accuracy = (logits.argmax(1) == expected).double().mean().item()

    # One row in 10,000 may lie on the edge between two classes.
    failed = abs(loss - result["test_loss"]) > TOLERANCE * loss or abs(accuracy - result["test_accuracy"]) > 1.5e-4
    print(f"saved model: test loss {result['test_loss']:.6f}, PyTorch's {loss:.6f}; "
          f"accuracy {result['test_accuracy']:.4f}, PyTorch's {accuracy:.4f}", "  FAILED" if failed else "")
    return failed


if __name__ == "__main__":
    sys.exit(main())
