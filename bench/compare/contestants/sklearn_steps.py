"""scikit-learn's MLPClassifier or MLPRegressor, a batch at a time: one optimizer (Adam) for all layers; no ELU (ReLU)."""

import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor


class PartialFit:
    CONVENTION = None  # its start and, of images, its optimizer and activation are its own, and so are its losses
    WHOLE_EPOCHS = False

    def __init__(self, task, data, batch):
        self.task = task
        self.features = data.features[:data.train_rows]
        self.held_out = data.held_out_features
        self.targets = data.targets[:data.train_rows]
        self.classes = {}
        if task.loss != "mse":
            self.targets = self.targets.reshape(-1).astype(np.int32)
            self.classes = {"classes": np.unique(self.targets)}
        self.batch = batch
        self.restart()

    def restart(self):
        kind = MLPRegressor if self.task.loss == "mse" else MLPClassifier
        activation = {"elu": "relu"}.get(self.task.activation, self.task.activation)
        self.model = kind(hidden_layer_sizes=self.task.sizes[1:-1], activation=activation, solver="adam", alpha=0,
                          batch_size=self.batch, learning_rate_init=self.task.upper_rate, random_state=1)

    def prepare(self, rows):
        return rows

    def train(self, prepared):
        losses = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for rows in prepared:
                x, y = (self.features[rows], self.targets[rows]) if len(rows) else (self.features, self.targets)
                self.model.partial_fit(x, y, **self.classes)
                losses.append(self.model.loss_)
        return losses

    def predicted(self):
        return self.model.predict(self.held_out)
