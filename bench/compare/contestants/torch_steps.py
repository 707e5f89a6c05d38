"""PyTorch: eager or compiled, with its fused optimizers."""

import torch
from torch.nn.functional import cross_entropy

import task


def network():
    layers = []
    for inputs, outputs in zip(task.SIZES, task.SIZES[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ELU()]
    return torch.nn.Sequential(*layers[:-1])


class Eager:
    CONVENTION = "torch"
    WHOLE_EPOCHS = False

    def __init__(self, data, batch):
        self.features = torch.from_numpy(data.features)
        self.labels = torch.from_numpy(data.labels).long()
        self.model = network()
        self.loss = self.mean_loss
        self.restart()

    def restart(self):
        parameters = list(self.model.parameters())
        initial = [array for layer in task.problem.initial_weights() for array in layer]
        with torch.no_grad():
            for parameter, array in zip(parameters, initial):
                parameter.copy_(torch.from_numpy(array))
        upper = 2 * task.UPPER_LAYERS
        self.optimizers = [torch.optim.SGD(parameters[:-upper], lr=task.LOWER_RATE, fused=True),
                           torch.optim.Adam(parameters[-upper:], lr=task.UPPER_RATE, fused=True)]

    def mean_loss(self, x, y):
        return cross_entropy(self.model(x), y)

    def prepare(self, rows):
        return torch.from_numpy(rows).long()

    def train(self, prepared):
        losses = []
        for rows in prepared:
            loss = self.loss(self.features[rows], self.labels[rows])
            for optimizer in self.optimizers:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in self.optimizers:
                optimizer.step()
            losses.append(loss.detach())
        return losses

    def correct(self, first, last):
        with torch.no_grad():
            return int((self.model(self.features[first:last]).argmax(1) == self.labels[first:last]).sum())


class Compiled(Eager):
    """Forward and backward compiled; the optimizers are fused kernels already."""

    def __init__(self, data, batch):
        super().__init__(data, batch)
        self.loss = torch.compile(self.mean_loss, fullgraph=True)
