"""scikit-learn's MLPClassifier, a batch at a time. It has one optimizer for all layers (Adam) and no ELU (ReLU)."""

import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

import task


class PartialFit:
    CONVENTION = None  # another optimizer and activation: its losses are its own
    WHOLE_EPOCHS = False

    def __init__(self, data, batch):
        self.data = data
        self.batch = batch
        self.restart()

    def restart(self):
        self.model = MLPClassifier(task.SIZES[1:-1], activation="relu", solver="adam", alpha=0, batch_size=self.batch,
                                   learning_rate_init=task.UPPER_RATE, random_state=1)

    def prepare(self, rows):
        return rows

    def train(self, prepared):
        classes = np.arange(task.SIZES[-1])
        losses = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for rows in prepared:
                self.model.partial_fit(self.data.features[rows], self.data.labels[rows], classes=classes)
                losses.append(self.model.loss_)
        return losses

    def correct(self, first, last):
        return int(np.sum(self.model.predict(self.data.features[first:last]) == self.data.labels[first:last]))
