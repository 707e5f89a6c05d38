"""PyTorch: eager or compiled, with its fused optimizers."""

import torch
from torch.nn import functional

ACTIVATIONS = {"elu": torch.nn.ELU, "tanh": torch.nn.Tanh}
LOSSES = {"softmax_cross_entropy": functional.cross_entropy, "mse": functional.mse_loss,
          "binary_cross_entropy": functional.binary_cross_entropy_with_logits}


def network(task):
    layers = []
    for inputs, outputs in zip(task.sizes, task.sizes[1:]):
        layers += [torch.nn.Linear(inputs, outputs), ACTIVATIONS[task.activation]()]
    return torch.nn.Sequential(*layers[:-1])


class Eager:
    CONVENTION = "torch"
    WHOLE_EPOCHS = False

    def __init__(self, task, data, batch):
        self.task = task
        self.features = torch.from_numpy(data.features[:data.train_rows])
        targets = torch.from_numpy(data.targets[:data.train_rows])
        self.targets = targets if targets.is_floating_point() else targets.long()
        self.held_out = torch.from_numpy(data.held_out_features)
        self.model = network(task)
        self.of_outputs = LOSSES[task.loss]
        self.loss = self.mean_loss
        self.restart()

    def restart(self):
        parameters = list(self.model.parameters())
        initial = [array for layer in self.task.initial_weights() for array in layer]
        with torch.no_grad():
            for parameter, array in zip(parameters, initial):
                parameter.copy_(torch.from_numpy(array))
        upper = 2 * self.task.upper_layers
        self.optimizers = [torch.optim.Adam(parameters[-upper:], lr=self.task.upper_rate, fused=True)]
        if parameters[:-upper]:
            self.optimizers.append(torch.optim.SGD(parameters[:-upper], lr=self.task.lower_rate, fused=True))

    def mean_loss(self, x, y):
        return self.of_outputs(self.model(x), y)

    def prepare(self, rows):
        return torch.from_numpy(rows).long()

    def batch_of(self, rows):
        return (self.features[rows], self.targets[rows]) if len(rows) else (self.features, self.targets)

    def train(self, prepared):
        losses = []
        for rows in prepared:
            loss = self.loss(*self.batch_of(rows))
            for optimizer in self.optimizers:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in self.optimizers:
                optimizer.step()
            losses.append(loss.detach())
        return losses

    def predicted(self):
        with torch.no_grad():
            return self.task.predicted(self.model(self.held_out).numpy())


class Compiled(Eager):
    """Forward and backward compiled; the optimizers are fused kernels already."""

    def __init__(self, task, data, batch):
        super().__init__(task, data, batch)
        self.loss = torch.compile(self.mean_loss, fullgraph=True)
